import NamedTensors
import TensorCore
import TestKit
import Testing

/// The best by the kernel, in single precision, against sorting every row, in double precision: of whole numbers, which
/// both multiply exactly, and with many ties.
struct TopkTests {
  private static let rank = Axis("rank")

  private static func whole(
    _ axes: [Axis], _ extents: Extents, below: Int32, _ random: inout SeededGenerator
  ) throws -> [Int32] {
    let count = extents.dimensions(axes).compactMap(\.size.value).reduce(1, *)
    return (0..<count).map { _ in Int32.random(in: 0..<below, using: &random) }
  }

  @Test func kernelAndSortingAgree() throws {
    var random = SeededGenerator(seed: 3)
    for round in 0..<120 {
      var extents = Extents()
      extents.batch = Int.random(in: 1...40, using: &random)
      extents.item = Int.random(in: 8...150, using: &random)
      extents.d = Int.random(in: 1...5, using: &random)
      // The axes in any order, and further ones in the rows.
      let left = ([Axes.batch, Axes.d] + (round % 3 == 0 ? [Axes.head] : [])).shuffled(using: &random)
      let right = ([Axes.item, Axes.d] + (round % 5 == 0 ? [Axes.batch] : [])).shuffled(using: &random)
      let own = round % 2 == 0 ? [Axes.step, Axes.batch] : [Axes.step]
      let a = try Self.whole(left, extents, below: 4, &random).map { Double($0) }
      let b = try Self.whole(right, extents, below: 4, &random).map { Double($0) }
      let history = try Self.whole(own, extents, below: Int32(extents.item), &random)
      let holds = history.map { _ in Bool.random(using: &random) }
      let to = Dimension(Self.rank, Int.random(in: 1...4, using: &random))
      func best(_ precision: Precision) throws -> (products: [Int32], entries: [Int32], axes: [Axis]) {
        try Precision.$scoped.withValue(precision) {
          let (x, y) = (
            try NamedTensor.doubles(a, extents.dimensions(left)), try NamedTensor.doubles(b, extents.dimensions(right))
          )
          let products = try NamedTensor.dotTopk(
            x, y, over: [Axes.d], among: Axes.item, to: to,
            hidden: round % 4 == 0 ? nil : .ints(history, extents.dimensions(own)),
            where: round % 4 == 1 ? nil : .bools(holds, extents.dimensions(own)))
          let entries = try NamedTensor.topk(.dot(x, y, over: [Axes.d]), over: Axes.item, to: to)
          if round % 4 == 0 {
            #expect(try products.ordered(entries.axes).intValues() == entries.intValues())
          }
          return (products.intValues(), entries.intValues(), products.axes)
        }
      }
      let (fast, slow) = (try best(.single), try best(.double))
      #expect(fast.axes == slow.axes && fast.axes.last === Self.rank)
      #expect(fast.products == slow.products && fast.entries == slow.entries, "round \(round)")
    }
  }
}
