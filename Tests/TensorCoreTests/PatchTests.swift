import TensorCore
import Testing

struct PatchTests {
  @Test func patchesGoRowByRowWithAChannelAtATime() throws {
    // 4 x 4 images whose values tell channel, row and column; the second is brighter by one.
    let pixels = (0..<96).map { (byte: Int) -> UInt8 in
      let (place, channel) = (byte / 3, byte % 3)
      return UInt8(channel * 80 + place % 16 + place / 16)
    }
    let tensor = try Tensor.patches(pixels, size: 4, patch: 2)
    #expect(tensor.shape == [2, 4, 12])
    let values = tensor.floats()
    let bytes = values.map { Int((($0 * 0.5 + 0.5) * 255).rounded()) }
    #expect(Array(bytes[0..<12]) == [0, 1, 4, 5, 80, 81, 84, 85, 160, 161, 164, 165])
    #expect(Array(bytes[12..<16]) == [2, 3, 6, 7], "the second patch is to the right of the first")
    #expect(Array(bytes[24..<28]) == [8, 9, 12, 13], "the third begins the second row of patches")
    #expect(Array(bytes[48..<52]) == [1, 2, 5, 6], "the second image follows")
    #expect(values[0] == -1)
    let wanted: Float = (Float(80) / 255 - 0.5) / 0.5
    #expect(values[4] == wanted)
  }

  @Test func sizesThatDoNotFitAreRefused() {
    let pixels = [UInt8](repeating: 0, count: 48)
    for (size, patch) in [(4, 3), (4, 0), (0, 1), (5, 1), (-4, 2), (.max, 2), (4, 8)] {
      #expect(throws: TensorError.self) { try Tensor.patches(pixels, size: size, patch: patch) }
    }
  }
}
