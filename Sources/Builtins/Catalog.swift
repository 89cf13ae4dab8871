package import Interpreter

/// Every name that Swift gives to the language, family by family.
package enum Catalog {
  package static var all: [Builtin] {
    elementwise + reductions + shaping + networks + randomness + noise + negatives + axes + values + scripting
      + parameters + models + partReports + gradients + diagrams + explanations + differences + provenance + dataSets
      + coldStarts + worlds + ceilings + optimisers + training
      + evaluation + files + tables + selections + pictures
  }
}
