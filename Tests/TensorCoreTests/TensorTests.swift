import TensorCore
import Testing

struct TensorTests {
  private func counted(_ shape: [Int]) throws -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map(Double.init), shape: shape, as: .float64)
  }

  @Test func viewsReadTheSameNumbers() throws {
    let x = try counted([2, 3, 4])
    #expect(x.permuted([2, 0, 1]).doubles().prefix(4) == [0, 4, 8, 12])
    #expect(x.sliced(1, start: 1, length: 2).doubles().prefix(5) == [4, 5, 6, 7, 8])
    #expect(x.selected(0, 1).doubles().first == 12)
    #expect(x.expanded([2, 5, 3, 4], sources: [0, nil, 1, 2]).doubles().count == 120)
  }

  /// A reshape of a view is a view where one exists, and a copy elsewhere; the numbers agree.
  @Test func reshapesOfViews() throws {
    let x = try counted([2, 3, 4])
    let split = try x.permuted([0, 2, 1]).reshaped([2, 2, 2, 3])
    #expect(split.storage === x.storage)
    #expect(split.doubles() == x.permuted([0, 2, 1]).doubles())
    let joined = try x.permuted([0, 2, 1]).reshaped([2, 12])
    #expect(joined.doubles() == x.permuted([0, 2, 1]).doubles())
    let slice = try x.sliced(1, start: 1, length: 1).reshaped([2, 4])
    #expect(slice.storage === x.storage)
    #expect(slice.doubles() == [4, 5, 6, 7, 16, 17, 18, 19])
    #expect(throws: TensorError.self) { try x.reshaped([5]) }
  }

  /// First words of Philox 4x32-10, from the paper's known answers, by way of the uniform numbers that they give.
  @Test func randomNumbersAreFunctionsOfKeyAndIndex() {
    #expect(Random.uniform(1, 5) == Random.uniform(1, 5))
    #expect(Random.uniform(1, 5) != Random.uniform(2, 5))
    let known = (Double((UInt64(0x6627_e8d5) << 32 | 0xe169_c58d) >> 12) + 0.5) / 4_503_599_627_370_496
    #expect(Random.uniform(0, 0) == known)
    let n = 20000
    let normals = (0..<n).map { Random.normal(9, $0) }
    let mean = normals.reduce(0, +) / Double(n)
    let variance = normals.map { $0 * $0 }.reduce(0, +) / Double(n)
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.04)
  }
}
