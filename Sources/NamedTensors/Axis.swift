import Synchronization

/// A declared axis; identity is the declaration, not the spelling.
package final class Axis: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  /// The model or file that declares it, for printing "out of Linear".
  package let owner: String?
  /// What labels of results, and with them random numbers, know of the axis: a hash of its declaration, so that it is the
  /// same in every run, whatever else was declared before. Axes of no program are numbered in order of creation.
  package let label: UInt64

  private static let made = Atomic<UInt64>(0)

  package init(_ name: String, owner: String? = nil, label: UInt64? = nil) {
    self.name = name
    self.owner = owner
    self.label = label ?? Axis.made.add(1, ordering: .relaxed).newValue
  }

  package var description: String { name }

  package static func == (a: Axis, b: Axis) -> Bool { a === b }

  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
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
