import TensorFiles
import Testing

struct JSONReaderTests {
  @Test func valuesAreRead() throws {
    let text = #" {"a": [1, -2.5, 1e2, true, false, null, "x\u00e9\ud83d\ude00\n\"\\\/"], "b": {}, "c": [], "": -0} "#
    let value = try JSONValue.parse(text)
    #expect(
      value["a"]
        == .list([.int(1), .number(-2.5), .number(100), .bool(true), .bool(false), .null, .string("xé😀\n\"\\/")]))
    #expect(value["b"] == .object([:]) && value["c"] == .list([]) && value[""] == .number(-0.0))
    #expect(try JSONValue.parse("9223372036854775807") == .int(.max))
    #expect(try JSONValue.parse("18446744073709551615") == .number(18446744073709551615))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "+1", "1.", ".5", "1e", "-",
    "nul", "1 2",
    "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"a\nb\"", "{\"a\":1,\"a\":2}", "1e999", "[1}", "NaN",
    "'a'",
    "{\"\\u0061\":1,\"a\":2}", "[1]]",
  ])
  func whatIsNoJSONIsRefused(_ text: String) {
    #expect(throws: JSONReader.Problem.self) { try JSONValue.parse(text) }
  }

  /// Neither depth nor length of a text exhausts the stack.
  @Test func nestingIsBounded() throws {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      func nested(_ depth: Int) -> String {
        String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      }
      _ = try JSONValue.parse(nested(500))
      #expect(throws: JSONReader.Problem.self) { try JSONValue.parse(nested(600)) }
      #expect(throws: JSONReader.Problem.self) { try JSONValue.parse(nested(1_000_000)) }
    }
  }

  @Test func otherBytesAreRefused() {
    #expect(throws: JSONReader.Problem.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
    #expect(throws: JSONReader.Problem.self) { try JSONReader.read([0x22, 0xC0, 0x80, 0x22]) }
    #expect(throws: JSONReader.Problem.self) { try JSONReader.read([0]) }
  }
}
