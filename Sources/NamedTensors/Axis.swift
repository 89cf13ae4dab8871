/// A declared axis; identity is the declaration.
package final class Axis: Sendable { package let name: String; package init(_ name: String) { self.name = name } }
