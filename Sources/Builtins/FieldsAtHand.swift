import Interpreter

extension Run: Browsable {
  package func fieldAtHand(_ name: String) -> Value? { field(name) }
}

extension TensorsOfFile: Browsable {
  /// Groups and tensors of the file by their names; no numbers.
  func fieldAtHand(_ name: String) -> Value? {
    guard fieldNames.contains(name), name != "attributes" else { return nil }
    do { return try field(name) } catch { return nil }
  }
}
