/// The prompt as libedit reads it: closed by a zero, at a place that stays the same until another is shown.
final class ShownPrompt {
  private(set) var start: UnsafeMutablePointer<UInt32> = .allocate(capacity: 1)

  var scalars: [Unicode.Scalar] = [] {
    didSet {
      start.deallocate()
      start = .allocate(capacity: scalars.count + 1)
      for (index, scalar) in scalars.enumerated() { start[index] = scalar.value }
      start[scalars.count] = 0
    }
  }

  init() { start.pointee = 0 }

  deinit { start.deallocate() }
}
