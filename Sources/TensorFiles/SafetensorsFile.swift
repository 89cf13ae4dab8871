/// Files in the safetensors format: the length of a header in 8 bytes, the header as JSON, then the numbers.
package enum SafetensorsFile {
  /// Bytes of a header that the format's own library reads at most.
  private static let longestHeader = 100_000_000
  /// Files of one model.
  private static let mostShards = 512

  /// Reads and checks the header of the file at `path`.
  package static func open(_ path: String) throws(FileError) -> any TensorSource {
    let opened = try parts(path)
    return try PlainTensors(
      path: path, format: "safetensors", entries: opened.entries, attributes: opened.attributes)
  }

  /// Opens the files that an index such as `model.safetensors.index.json` names, which must lie beside it.
  ///
  /// Every tensor of the index must be in the file that the index names for it.
  package static func openSharded(_ path: String) throws(FileError) -> any TensorSource {
    let file = try InputFile(path)
    guard file.size <= longestHeader else {
      throw damaged("is no index: it has \(file.size) bytes", path)
    }
    let index = try json(try file.bytes(at: 0, count: file.size), path, "the index")
    guard let map = index["weight_map"]?.object else { throw damaged("has no `weight_map`, as an index has", path) }
    var wanted: [String: [String]] = [:]
    for (tensor, shard) in map {
      guard let name = shard.string, isPlain(name) else {
        throw damaged("places `\(printable(tensor))` in what is not the name of a file beside it", path)
      }
      wanted[name, default: []].append(tensor)
    }
    guard wanted.count <= mostShards else { throw damaged("names \(wanted.count) files; \(mostShards) are read", path) }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    var entries: [(FileEntry, PlainTensors.Values)] = []
    var notes: [FileAttribute] = []
    for (shard, tensors) in wanted.sorted(by: { $0.key < $1.key }) {
      let opened: (entries: [(FileEntry, PlainTensors.Values)], attributes: [FileAttribute])
      do throws(FileError) { opened = try parts(folder + shard) } catch {
        throw FileError(
          code: error.code, message: "\(path) names the file \(printable(shard)): \(error.message)", place: path,
          suggestion: error.code == "missing-file" ? "put all files of the model into one folder" : error.suggestion)
      }
      let names = Set(opened.entries.map { $0.0.name })
      if let missing = tensors.filter({ !names.contains($0) }).min() {
        throw damaged("places `\(printable(missing))` in \(printable(shard)), which does not hold it", path)
      }
      entries += opened.entries.map { entry, values in
        var entry = entry
        entry.storage += " in \(shard)"
        return (entry, values)
      }
      for attribute in opened.attributes where !notes.contains(attribute) { notes.append(attribute) }
    }
    return try PlainTensors(
      path: path, format: "safetensors in \(wanted.count) files", entries: entries, attributes: notes)
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  private static func parts(
    _ path: String
  ) throws(FileError) -> (entries: [(FileEntry, PlainTensors.Values)], attributes: [FileAttribute]) {
    let file = try InputFile(path)
    guard file.size >= 8, let stated = try file.bytes(at: 0, count: 8).little(0, 8) else {
      throw FileError(
        code: "truncated-file", message: "\(path) has \(file.size) bytes; a safetensors file has at least 10",
        place: path)
    }
    guard let length = Int(exactly: stated), length <= longestHeader, length <= file.size - 8 else {
      throw damaged(
        "is not a safetensors file, or is cut off: it has \(file.size) bytes and claims a header of \(stated)", path)
    }
    let bytes = try file.bytes(at: 8, count: length)
    guard bytes.first == UInt8(ascii: "{") else {
      throw damaged("is not a safetensors file: its header does not start with {", path)
    }
    guard let header = try json(bytes, path, "the header").object else {
      throw damaged("has a header that is no JSON object", path)
    }
    let metadata = try Metadata(header["__metadata__"], path)
    let body = FileRange(file: file, start: 8 + length, count: file.size - 8 - length)
    var tensors: [Tensor] = []
    for (name, value) in header where name != "__metadata__" {
      tensors.append(try Tensor(name, value, path))
    }
    tensors.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    try checkCover(tensors, body, path)
    var entries: [(FileEntry, PlainTensors.Values)] = []
    for tensor in tensors {
      var entry = FileEntry(
        path: [tensor.name], shape: tensor.shape, content: .other(tensor.dtype), storage: "contiguous")
      if let axes = metadata.axes[tensor.name], axes.count == tensor.shape.count { entry.axes = axes }
      guard let type = numberTypes[tensor.dtype] else {
        entry.problem = "its type \(tensor.dtype) is not read; save it as F16 or F32"
        entries.append((entry, .none))
        continue
      }
      entry.content = .numbers(type)
      let part = FileRange(file: file, start: body.start + tensor.begin, count: tensor.end - tensor.begin)
      let what = "`\(printable(tensor.name))` in \(path)"
      entries.append(
        (entry, .numbers(try StridedNumbers(part, type, shape: tensor.shape, what: what, path: path))))
    }
    return (entries, metadata.attributes)
  }

  private static func json(_ bytes: [UInt8], _ path: String, _ what: String) throws(FileError) -> JSONValue {
    do throws(JSONReader.Problem) { return try JSONReader.read(bytes) } catch {
      throw damaged("is damaged: \(what) is no JSON: \(error.message) (byte \(error.byte))", path)
    }
  }

  /// The tensors must cover the bytes behind the header: each once, and all of them.
  private static func checkCover(_ tensors: [Tensor], _ body: FileRange, _ path: String) throws(FileError) {
    var end = 0
    for tensor in tensors {
      guard tensor.begin == end else {
        let what = tensor.begin > end ? "belong to no tensor" : "belong to two tensors"
        throw damaged(
          "is damaged: bytes \(min(end, tensor.begin)) to \(max(end, tensor.begin)) \(what), before "
            + "`\(printable(tensor.name))`", path)
      }
      end = tensor.end
    }
    guard end <= body.count else {
      throw FileError(
        code: "truncated-file",
        message: "\(path) is cut off: its tensors take \(end) bytes, and it holds \(body.count)",
        place: path, suggestion: "copy or save it again")
    }
    guard end == body.count else { throw damaged("is damaged: \(body.count - end) bytes follow the last tensor", path) }
  }

  private static func damaged(_ message: String, _ path: String) -> FileError {
    FileError(code: "damaged-file", message: "\(path) \(message)", place: path)
  }

  static let numberTypes: [String: NumberType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64, "I32": .int32, "I16": .int16,
    "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
  ]

  /// Types of numbers that are known but not read, with the bits of each.
  private static let otherTypes = [
    "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
    "C64": 64,
  ]

  /// What the header says of a tensor.
  private struct Tensor {
    let name: String
    let dtype: String
    let shape: [Int]
    /// Of its bytes, counted from the end of the header.
    let begin: Int
    let end: Int

    init(_ name: String, _ json: JSONValue, _ path: String) throws(FileError) {
      func wrong(_ message: String) -> FileError {
        SafetensorsFile.damaged("is damaged: `\(printable(name))` \(message)", path)
      }
      guard let fields = json.object, let dtype = fields["dtype"]?.string, let sides = fields["shape"]?.list,
        let offsets = fields["data_offsets"]?.list, fields.count == 3
      else { throw wrong("needs `dtype`, `shape` and `data_offsets`, and nothing else") }
      let bits: Int
      if let type = SafetensorsFile.numberTypes[dtype] {
        bits = type.size * 8
      } else if let other = SafetensorsFile.otherTypes[dtype] {
        bits = other
      } else {
        throw wrong("has the unknown type `\(printable(dtype))`")
      }
      let shape = sides.compactMap(\.int)
      guard shape.count == sides.count, shape.count <= 64, let count = elementCount(shape) else {
        throw wrong("has an impossible shape")
      }
      guard offsets.count == 2, let begin = offsets[0].int, let end = offsets[1].int, 0 <= begin, begin <= end else {
        throw wrong("has impossible `data_offsets`")
      }
      let (size, overflows) = count.multipliedReportingOverflow(by: bits)
      guard !overflows, size % 8 == 0, size / 8 == end - begin else {
        throw wrong("of type \(dtype) and shape \(shape) does not fit its \(end - begin) bytes")
      }
      (self.name, self.dtype, self.shape, self.begin, self.end) = (name, dtype, shape, begin, end)
    }
  }

  /// Texts by name that writers leave in the header.
  private struct Metadata {
    var attributes: [FileAttribute] = []
    /// By tensor; only where this program wrote the file.
    var axes: [String: [String?]] = [:]

    init(_ json: JSONValue?, _ path: String) throws(FileError) {
      guard let json else { return }
      guard let fields = json.object else {
        throw SafetensorsFile.damaged("has a `__metadata__` that is no object", path)
      }
      for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
        guard let text = value.string else {
          throw SafetensorsFile.damaged("has a `__metadata__` in which `\(printable(name))` is no text", path)
        }
        if name == "axes", let found = try? JSONValue.parse(text), let lists = found.object {
          axes = lists.compactMapValues { $0.list.map { names in names.map(\.string) } }
        } else {
          attributes.append(FileAttribute(name, .texts([text])))
        }
      }
    }
  }
}
