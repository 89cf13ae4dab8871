import Autodiff
import NamedTensors
import Testing

/// Rules of axes and sizes, with numbers and without.
struct AxisRuleTests {
  private let x = NamedTensor.shape(
    [Dimension(Axes.item, .symbolic("item")), Dimension(Axes.step, .symbolic("step")), Dimension(Axes.d, 8)], .float)

  private func fact(_ body: () throws -> NamedTensor) throws -> AxisError {
    do {
      _ = try body()
    } catch let error as AxisError {
      return error
    }
    Issue.record("nothing thrown")
    return AxisError(.contradiction, "")
  }

  @Test func symbolicSizesPass() throws {
    let joined = try NamedTensor.concat([x, x], over: Axes.step, to: Axes.step)
    #expect(joined.size(of: Axes.step)?.description == "step+step")
    let flat = try NamedTensor.join(x, [Axes.item, Axes.step], to: Axes.out)
    #expect(flat.size(of: Axes.out)?.description == "item*step")
    #expect(try NamedTensor.skip(x, 2, over: Axes.step).size(of: Axes.step)?.description == "step-2")
    let weight = NamedTensor.shape([Dimension(Axes.out, 4), Dimension(Axes.d, 8)], .float)
    let y = try NamedTensor.dot(x, weight, over: [Axes.d])
    #expect(y.axes == [Axes.item, Axes.step, Axes.out])
    #expect(y.isShapeOnly)
    let known = NamedTensor.shape([Dimension(Axes.step, 5)], .float)
    #expect(try NamedTensor.binary(.add, x, known).size(of: Axes.step)?.value == 5)
  }

  @Test func facts() throws {
    let narrow = NamedTensor.shape([Dimension(Axes.d, 4)], .float)
    let size = try fact { try NamedTensor.dot(x, narrow, over: [Axes.d]) }
    #expect(size.kind == .sizeMismatch && size.operands == [0, 1])
    #expect(size.message == "`dot` needs equal sizes of `d`, but they are 8 and 4")
    let apart = try fact {
      try NamedTensor.binary(.add, x, .shape([Dimension(Axes.batch, 2)], .float))
    }
    #expect(apart.kind == .notContained && apart.suggestion == "outer(a, b)")
    #expect(try fact { try NamedTensor.sum(x, over: [Axes.head]) }.kind == .missingAxis)
    #expect(try fact { try NamedTensor.rename(x, Axes.d, to: Axes.item) }.kind == .duplicateAxis)
    let uneven = try fact {
      try NamedTensor.split(x, Axes.d, into: [Dimension(Axes.head, 3), Dimension(Axes.out, 3)])
    }
    #expect(uneven.kind == .notDivisible)
    #expect(try fact { try NamedTensor.unary(.exp, .shape([], .bool)) }.kind == .wrongKind)
    #expect(try fact { try NamedTensor.dropout(x, rate: 1, key: 1) }.kind == .outOfRange)
    let twin = Axis("d", owner: "Linear")
    let other = try fact { try NamedTensor.sum(x, over: [twin]) }
    #expect(other.suggestion != nil)
  }

  /// A shape run gives the axes and sizes that the run with numbers gives.
  @Test(arguments: OpRow.all)
  func shapesAgreeWithNumbers(row: OpRow) throws {
    let extents = Extents()
    let inputs = try row.inputs.enumerated().map { try extents.numbers($1, UInt64($0), low: row.low) }
    let real = try row.apply(inputs, extents)
    let shape = try row.apply(inputs.map { .shape($0.dimensions, $0.kind) }, extents)
    #expect(Set(real.dimensions) == Set(shape.dimensions))
    #expect(real.kind == shape.kind)
    #expect(shape.isShapeOnly)
  }
}
