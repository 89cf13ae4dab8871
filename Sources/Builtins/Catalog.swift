package import Interpreter

/// Every name that Swift gives to the language, family by family.
package enum Catalog {
  package static var all: [Builtin] { families.flatMap(\.builtins) }

  /// The families in the order in which help and reference show them.
  package static var families: [BuiltinFamily] {
    [
      BuiltinFamily("elementwise", "Entry by entry", elementwise),
      BuiltinFamily("reductions", "Over an axis", reductions),
      BuiltinFamily("shaping", "Taking, joining and renaming", shaping),
      BuiltinFamily("networks", "Products, attention and other parts of networks", networks),
      BuiltinFamily("randomness", "Dropout, noise and negatives", randomness + noise + negatives),
      BuiltinFamily("axes", "Axes", axes),
      BuiltinFamily("values", "Lists, records and numbers", values),
      BuiltinFamily("scripting", "Scripts", scripting),
      BuiltinFamily("parameters", "Parameters", parameters),
      BuiltinFamily("models", "Models", models + partReports),
      BuiltinFamily("questions", "Questions", gradients + diagrams + explanations + differences + derivations),
      BuiltinFamily("data", "Data", dataLoading + dataReports + coldStarts + counts),
      BuiltinFamily("preparation", "Preparing and splitting data", preparations + splits + contexts),
      BuiltinFamily("worlds", "The built-in world", worlds + ceilings),
      BuiltinFamily("optimisers", "Optimisers", optimisers),
      BuiltinFamily("training", "Training", training + profiles + memory),
      BuiltinFamily("evaluation", "Evaluation", evaluation + metrics + breakdowns),
      BuiltinFamily("statistics", "Statistics", comparisons + summaries + statistics),
      BuiltinFamily("recommending", "Using a model", recommending),
      BuiltinFamily("files", "Files", files),
      BuiltinFamily("tables", "Tables and figures", tables + selections + curves + charts + posters),
    ]
  }
}
