/// What may stand in the parentheses of a call: enough to check names and numbers before anything runs.
package struct Signature: Sendable {
  package struct Parameter: Sendable {
    package let name: String
    package let isRequired: Bool
    package init(_ name: String, isRequired: Bool) {
      self.name = name
      self.isRequired = isRequired
    }
  }

  package let name: String
  package let parameters: [Parameter]
  /// A loss may be called without its first two parameters, with keywords only.
  package let isLoss: Bool
  /// Any keyword is accepted (`fuse`, `export`).
  package let takesAnyKeyword: Bool
  /// Any number of positional arguments is accepted (`print`).
  package let takesAnyCount: Bool

  package init(
    _ name: String, _ parameters: [Parameter], isLoss: Bool = false, takesAnyKeyword: Bool = false,
    takesAnyCount: Bool = false
  ) {
    self.name = name
    self.parameters = parameters
    self.isLoss = isLoss
    self.takesAnyKeyword = takesAnyKeyword
    self.takesAnyCount = takesAnyCount
  }

  /// The place of a parameter among the arguments.
  package func place(of name: String) -> Int? { parameters.firstIndex { $0.name == name } }
}
