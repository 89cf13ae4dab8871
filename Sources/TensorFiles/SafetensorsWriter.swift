extension SafetensorsFile {
  /// Writes numbers in the safetensors format, as its own library lays them out: large types first, so that each number is
  /// aligned, names in order within a type. A tensor is named by its path with dots between, as PyTorch names parameters.
  ///
  /// The header also holds the axes of the tensors as `__metadata__`, which other programs pass over.
  /// - Parameter notes: further texts of the header, by name.
  package static func write(
    _ path: String, tensors: [StoredTensor], notes: [String: String] = ["format": "pt"]
  ) throws(FileError) {
    var names: Set<String> = []
    var sized: [(name: String, type: NumberType, tensor: StoredTensor)] = []
    for tensor in tensors {
      try tensor.check()
      guard let type = tensor.values.numberType else {
        throw FileError(
          code: "bad-tensor", message: "\(tensor.name) holds texts, and safetensors files hold numbers", place: path,
          suggestion: "a path that ends in .h5 or .npz")
      }
      guard tensor.name != "__metadata__", names.insert(tensor.name).inserted else {
        throw FileError(
          code: "bad-tensor", message: "two tensors are named \(tensor.name), or the format needs that name itself",
          place: path)
      }
      sized.append((tensor.name, type, tensor))
    }
    sized.sort { $0.type.size != $1.type.size ? $0.type.size > $1.type.size : $0.name < $1.name }
    var fields: [String] = []
    var notes = notes
    if sized.contains(where: { !$0.tensor.axes.isEmpty }) {
      let axes = sized.map { name, _, tensor in
        "\(JSONText.quoted(name)):[\(tensor.axes.map(JSONText.quoted).joined(separator: ","))]"
      }
      notes["axes"] = "{\(axes.joined(separator: ","))}"
    }
    let metadata = notes.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0)):\(JSONText.quoted($1))" }
    fields.append("\"__metadata__\":{\(metadata.joined(separator: ","))}")
    var end = 0
    for (name, type, tensor) in sized {
      let begin = end
      end += tensor.values.byteCount
      let code = numberTypes.first { $0.value == type }?.key ?? ""
      fields.append(
        "\(JSONText.quoted(name)):{\"dtype\":\"\(code)\",\"shape\":[\(tensor.shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(begin),\(end)]}")
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) }
    try AtomicFile.stream(path, bytes: 8 + header.count + end) { (file) throws(FileError) in
      try file.write(length + header)
      for (_, _, tensor) in sized {
        try tensor.values.withNumberBytes { (bytes) throws(FileError) in try file.write(bytes) }
      }
    }
  }
}

/// Texts as JSON writes them.
enum JSONText {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
