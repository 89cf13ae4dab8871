import TensorFiles
import TestKit
import Testing

struct CRC32CTests {
  /// The check value of RFC 3720's polynomial, and an example of its appendix B.4.
  @Test(arguments: [false, true]) func knownSums(isPortable: Bool) {
    func sum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32C.of($0, isPortable: isPortable) } }
    #expect(sum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(sum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(sum([]) == 0)
  }

  @Test func allWaysAgree() {
    var random = SeededGenerator(seed: 4)
    for count in [0, 1, 7, 8, 9, 63, 1000, 4099] {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      bytes.withUnsafeBytes { whole in
        let sum = CRC32C.of(whole)
        #expect(sum == CRC32C.of(whole, isPortable: true))
        for cut in Set([0, count / 3, count]) {
          let (first, second) = (UnsafeRawBufferPointer(rebasing: whole[..<cut]), whole[cut...])
          let joined = CRC32C.joined(
            CRC32C.of(first), CRC32C.of(UnsafeRawBufferPointer(rebasing: second)), secondCount: count - cut)
          #expect(joined == sum)
        }
      }
    }
  }
}
