import TensorFiles
import Testing

struct CRC32CTests {
  /// The check value of RFC 3720's polynomial, and an example of its appendix B.4.
  @Test func knownSums() {
    #expect(Array("123456789".utf8).withUnsafeBytes(CRC32C.of) == 0xE306_9283)
    #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes(CRC32C.of) == 0x8A91_36AA)
    #expect([UInt8]().withUnsafeBytes(CRC32C.of) == 0)
  }
}
