/// An object some of whose fields are at hand: nothing is computed or read to give them.
package protocol Browsable: LanguageObject {
  /// A field; nil where there is none, or it is not at hand.
  func fieldAtHand(_ name: String) -> Value?
}

extension ModuleNamespace: Browsable {
  func fieldAtHand(_ name: String) -> Value? { field(name) }
}
