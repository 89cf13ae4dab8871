import Autodiff
import NamedTensors
import TensorCore
import Testing

/// Where there is not enough memory: who asked, how much, and what there was. The limit belongs to the process, so each
/// test runs in one of its own.
struct ShortageTests {
  private static let dimensions = [Dimension(Axes.item, 1024), Dimension(Axes.d, 1024)]

  private static func shortage(_ body: () throws -> Void) throws -> MemoryShortage {
    do { try body() } catch let error as AxisError {
      return try #require(error.shortage)
    } catch TensorError.memory(let shortage) { return shortage }
    throw TensorError.mismatch("there was enough memory")
  }

  @Test func theOpSaysWhatItAskedFor() async {
    await #expect(processExitsWith: .success) {
      let x = try NamedTensor.ints([Int32](repeating: 1, count: 1 << 20), ShortageTests.dimensions)
      Memory.limit = 6 << 20
      let found = try ShortageTests.shortage { _ = try NamedTensor.binary(.add, x, x) }
      #expect(found.bytes == 4 << 20 && found.limit == 6 << 20 && found.live >= 4 << 20 && found.gradientOf == nil)
      #expect(found.message.hasPrefix("not enough memory for 4.0 MiB more: tensors hold 4.0 MiB, and the limit is 6.0"))
      Memory.limit = nil
      _ = try NamedTensor.binary(.add, x, x)
    }
  }

  @Test func theGradientSaysWhoseItIs() async {
    await #expect(processExitsWith: .success) {
      let ops: [(name: String, run: (NamedTensor) throws -> NamedTensor)] = [
        ("exp", { try .unary(.exp, $0) }), ("softmax", { try .softmax($0, over: Axes.d) }),
        (
          "layer_norm",
          {
            let d = [Dimension(Axes.d, 1024)]
            return try .layerNorm($0, .full(1, d), .full(0, d), over: Axes.d, eps: 1e-5)
          }
        ),
      ]
      for (name, run) in ops {
        let tape = Tape()
        let leaf = tape.leaf(try Tensor(full: 0.5, shape: [1024, 1024], .float32))
        let y = try run(NamedTensor(variable: leaf, dimensions: ShortageTests.dimensions))
        let loss = try #require(try NamedTensor.sum(y, over: y.axes).variable)
        Memory.limit = Memory.now.live + 1 << 20
        let found = try ShortageTests.shortage { _ = try tape.backward(from: loss) }
        #expect(found.gradientOf == name)
        #expect(found.message.hasPrefix("the gradient of `\(name)`: not enough memory for 4.0 MiB more"))
        Memory.limit = nil
      }
    }
  }

  @Test func bytesAreReadAndWritten() {
    let read: [(String, Int?)] = [
      ("8G", 8 << 30), ("1.5 GiB", 3 << 29), ("500 MB", 500_000_000), ("123456", 123_456), ("64k", 65536),
      ("2t", 2 << 40),
      ("7 b", 7), ("", nil), ("G", nil), ("1.2.3G", nil), ("-1", nil), ("1 e3", nil), ("9999999999T", nil),
      ("nan", nil),
    ]
    for (text, bytes) in read { #expect(ByteCount.parse(text) == bytes, "\(text)") }
    #expect(
      ByteCount.text(3 << 29) == "1.5 GiB" && ByteCount.text(300_000) == "0.3 MiB" && ByteCount.text(0) == "0.0 MiB")
  }
}
