/// Text with a name.
package struct SourceText: Sendable { package let text: String; package init(text: String) { self.text = text } }
