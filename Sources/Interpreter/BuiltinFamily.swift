/// Builtins that belong together, as help and reference show them.
package struct BuiltinFamily {
  /// A word for file names.
  package let name: String
  package let title: String
  package let builtins: [Builtin]

  package init(_ name: String, _ title: String, _ builtins: [Builtin]) {
    self.name = name
    self.title = title
    self.builtins = builtins
  }
}
