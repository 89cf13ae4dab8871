import Synchronization

/// A declared axis; identity is the declaration, not the spelling.
package final class Axis: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  /// The model or file that declares it, for printing "out of Linear".
  package let owner: String?
  /// Unique in the process, in order of creation.
  package let number: Int

  private static let made = Atomic<Int>(0)

  package init(_ name: String, owner: String? = nil) {
    self.name = name
    self.owner = owner
    number = Axis.made.add(1, ordering: .relaxed).newValue
  }

  package var description: String { name }

  package static func == (a: Axis, b: Axis) -> Bool { a === b }

  package func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// An axis with an extent.
package struct Dimension: Hashable, Sendable, CustomStringConvertible {
  package var axis: Axis
  package var size: Size

  package init(_ axis: Axis, _ size: Size) {
    self.axis = axis
    self.size = size
  }

  package init(_ axis: Axis, _ n: Int) {
    self.axis = axis
    size = .known(n)
  }

  package var description: String { "\(axis)=\(size)" }
}
