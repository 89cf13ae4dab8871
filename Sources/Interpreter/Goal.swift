/// A sum of losses with weights, each with its settings: what `train` minimises.
package final class Goal {
  package struct Term {
    package let name: String
    package let weight: Double
    package let loss: Function
    package let settings: [(name: String, value: Value)]

    package init(name: String, weight: Double, loss: Function, settings: [(name: String, value: Value)]) {
      self.name = name
      self.weight = weight
      self.loss = loss
      self.settings = settings
    }
  }

  /// In order of name, so that a reordered sum is the same sum to the last bit.
  package let terms: [Term]

  package init(_ terms: [Term]) { self.terms = terms.sorted { $0.name < $1.name } }

  package var label: UInt64 {
    terms.reduce(Label64("goal")) { label, term in
      term.settings.reduce(label.mixed(term.name).mixed(term.weight.bitPattern).mixed(term.loss.label)) {
        $0.mixed($1.name).mixed($1.value.label)
      }
    }.value
  }

  package func scaled(_ factor: Double) -> Goal {
    Goal(terms.map { Term(name: $0.name, weight: $0.weight * factor, loss: $0.loss, settings: $0.settings) })
  }
}
