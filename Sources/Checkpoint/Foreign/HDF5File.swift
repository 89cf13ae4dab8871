import FoundationEssentials
package import TensorFiles

/// An HDF5 file of anybody's, open for reading.
///
/// The library never opens it in this process: a child walks through it, and reads what is packed. Numbers that lie in the
/// file as they are come straight from it.
package final class HDF5File: TensorSource {
  package let path: String
  package let format = "HDF5"
  package private(set) var entries: [FileEntry] = []
  package private(set) var attributes: [FileAttribute] = []
  package private(set) var groups: [FileGroup] = []
  package private(set) var notes: [String] = []

  private let file: InputFile
  private let settings: HDF5Child.Settings
  private var child: HDF5Child?
  /// The last error of a child, and how often there was one; a file that fails again and again is given up.
  private var failure: FileError?
  private var failures = 0
  private static let patience = 64
  /// What the walk found, by the path of the entry.
  private var found: [[String]: HDF5Node] = [:]

  /// Opens the file at `path` and walks through it.
  package static func open(
    _ path: String, settings: HDF5Child.Settings = HDF5Child.settings
  ) throws(FileError) -> any TensorSource {
    let file = try InputFile(path)
    let kind = try FileKind(of: file)
    guard case .hdf5(let start) = kind else { throw kind.notHDF5(path: path) }
    return try HDF5File(file, start: start, settings)
  }

  /// - Parameter start: where HDF5's part of the file begins.
  init(_ file: InputFile, start: Int, _ settings: HDF5Child.Settings = HDF5Child.settings) throws(FileError) {
    self.file = file
    self.settings = settings
    path = file.path
    let child = try HDF5Child(file, settings)
    try child.send(.walk)
    var (description, left) = (HDF5Description(hasMore: true), HDF5Limits.descriptionBytes)
    while description.hasMore {
      let (kind, count) = try child.receiveHead(limit: left)
      guard kind == .description else { throw child.broken() }
      left -= count
      description = try decode(try child.receive(count))
      for node in description.nodes { try add(node) }
    }
    attributes = description.attributes
    notes =
      HDF5Conventions.notes(
        attributes: attributes, groups: groups, entries: entries,
        userBlock: start > 0 ? try file.head(min(start, 128)) : []) + description.notes
    // Most files need the child no more.
    if found.values.contains(where: needsChild) { self.child = child }
  }

  private func decode(_ bytes: [UInt8]) throws(FileError) -> HDF5Description {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let description = try? decoder.decode(HDF5Description.self, from: Data(bytes)) else {
      throw damaged("its contents were described in a way that makes no sense")
    }
    return description
  }

  private func add(_ node: HDF5Node) throws(FileError) {
    guard !node.path.isEmpty else { throw damaged("an object has no path") }
    switch node.kind {
    case .group:
      var attributes = node.attributes
      if let problem = node.problem { attributes.append(FileAttribute("problem", .other(problem))) }
      groups.append(FileGroup(path: node.path, attributes: attributes))
    case .other:
      entries.append(
        FileEntry(
          path: node.path, shape: [], content: .other(node.words), attributes: node.attributes, problem: node.problem))
    case .dataset:
      guard let values = node.values else {
        entries.append(
          FileEntry(
            path: node.path, shape: [], content: .other("a dataset"), attributes: node.attributes,
            problem: node.problem ?? "it could not be described"))
        return
      }
      let content: FileEntry.Content =
        switch values.type.content {
        case .numbers(let type): .numbers(type)
        case .texts: .texts
        case .other(let words): .other(words)
        }
      guard values.axes.count == values.shape.count, values.shape.allSatisfy({ $0 >= 0 }) else {
        throw damaged("\(printable(node.path.joined(separator: "/"))) has axes that do not fit its shape")
      }
      let note = values.type.note.map { ", \($0)" } ?? ""
      entries.append(
        FileEntry(
          path: node.path, shape: values.shape, content: content, axes: values.axes, storage: values.storage + note,
          attributes: node.attributes, problem: node.problem ?? problem(values)))
      found[node.path] = node
    }
  }

  /// Whether what the child said of the place of values can be true; the words where it cannot.
  private func problem(_ values: HDF5Values) -> String? {
    guard let count = elementCount(values.shape) else { return "it claims more values than can be counted" }
    let width = max(1, values.type.memoryWidth)
    switch values.place {
    case .direct(let offset):
      let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
      guard !overflow, offset >= 0, bytes <= file.size, offset <= file.size - bytes else {
        return "it claims \(count) values of \(width) bytes from byte \(offset) on, but the file has \(file.size)"
      }
    case .fill(let value):
      guard value.count == width else { return "its fill value does not fit its type" }
    case .tiles(let tile):
      guard TileGrid(shape: values.shape, tile: tile, width: width) != nil else {
        return "it is cut into too many or too large chunks"
      }
    }
    return nil
  }

  private func needsChild(_ node: HDF5Node) -> Bool {
    guard node.problem == nil, let values = node.values, case .tiles = values.place else { return false }
    if case .other = values.type.content { return false }
    return true
  }

  package func numbers(
    _ entry: FileEntry, _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let type = try entry.numberType(in: path)
    let (node, values, count) = try lookUp(entry)
    guard count > 0 else { return }
    // Bytes of the file become those of a little-endian number.
    let turn = { (bytes: UnsafeMutableRawBufferPointer) in
      if values.type.isSwapped { NumberConversion.swapBytes(bytes, width: type.size) }
    }
    switch values.place {
    case .direct(let offset):
      try file.parts(at: offset, count: count * type.size) { (done, bytes) throws(FileError) in
        try FileWork.check()
        turn(bytes)
        try body(done / type.size, UnsafeRawBufferPointer(bytes))
      }
    case .fill(let value):
      try fill(value, type, first: 0, count: count, turn, body)
    case .tiles(let tile):
      guard let grid = TileGrid(shape: values.shape, tile: tile, width: type.size) else {
        throw damaged("\(entry.shownName) is cut into too many chunks")
      }
      try readTiles(node, grid, type, turn, body)
    }
  }

  /// Gives `value` as often as there are numbers, a part at a time.
  private func fill(
    _ value: [UInt8], _ type: NumberType, first: Int, count: Int, _ turn: (UnsafeMutableRawBufferPointer) -> Void,
    _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    guard value.count == type.size else { throw damaged("a fill value has \(value.count) bytes") }
    let part = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count, 1 << 17) * type.size, alignment: 64)
    defer { part.deallocate() }
    for index in part.indices { part[index] = value[index % type.size] }
    turn(part)
    var done = 0
    while done < count {
      let now = min(count - done, part.count / type.size)
      try body(first + done, UnsafeRawBufferPointer(rebasing: part[..<(now * type.size)]))
      done += now
      try FileWork.check()
    }
  }

  private func readTiles(
    _ node: HDF5Node, _ grid: TileGrid, _ type: NumberType, _ turn: (UnsafeMutableRawBufferPointer) -> Void,
    _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let bytes = grid.tileCount * type.size
    let tile = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
    defer { tile.deallocate() }
    try answers(node, count: grid.count) { (index, child) throws(FileError) in
      let (kind, count) = try child.receiveHead(limit: bytes)
      if kind == .fill, count == type.size {
        let value = try child.receive(count)
        try grid.runs(index) { (first, _, count) throws(FileError) in
          try fill(value, type, first: first, count: count, turn, body)
        }
        return
      }
      guard kind == .numbers, count == bytes else { throw child.broken() }
      try child.receive(into: tile)
      turn(tile)
      try grid.runs(index) { (first, inTile, count) throws(FileError) in
        try body(first, UnsafeRawBufferPointer(rebasing: tile[inTile * type.size..<(inTile + count) * type.size]))
      }
    }
  }

  package func texts(_ entry: FileEntry) throws(FileError) -> [String] {
    if let problem = entry.problem {
      throw FileError(code: "unreadable-tensor", message: "cannot read \(entry.shownName): \(problem)", place: path)
    }
    let (node, values, count) = try lookUp(entry)
    guard case .texts(let width) = values.type.content, case .tiles(let tile) = values.place,
      let grid = TileGrid(shape: values.shape, tile: tile, width: width ?? 16)
    else { throw FileError(code: "wrong-type", message: "\(entry.shownName) holds no texts", place: path) }
    guard count > 0 else { return [] }
    var left = HDF5Limits.textBytes
    // Tiles of texts are told in their own order, and come to their places in the end.
    var texts = [String](repeating: "", count: min(count, HDF5Limits.textBytes / 16))
    guard texts.count == count else { throw damaged("\(entry.shownName) holds too many texts") }
    try answers(node, count: grid.count) { (index, child) throws(FileError) in
      let (kind, bytes) = try child.receiveHead(limit: left)
      guard kind == .texts else { throw child.broken() }
      left -= bytes
      guard let part = Self.unpack(try child.receive(bytes), count: grid.tileCount) else { throw child.broken() }
      try grid.runs(index) { (first, inTile, count) throws(FileError) in
        for text in 0..<count { texts[first + text] = part[inTile + text] }
      }
    }
    return texts
  }

  /// Texts that each have four bytes of length before them; nil where they are not `count`.
  private static func unpack(_ bytes: [UInt8], count: Int) -> [String]? {
    var (texts, at): ([String], Int) = ([], 0)
    while at < bytes.count {
      guard bytes.count - at >= 4 else { return nil }
      let length = bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      at += 4
      guard length <= bytes.count - at else { return nil }
      texts.append(String(decoding: bytes[at..<at + length], as: UTF8.self))
      at += length
    }
    return texts.count == count ? texts : nil
  }

  private func lookUp(_ entry: FileEntry) throws(FileError) -> (HDF5Node, HDF5Values, count: Int) {
    guard let node = found[entry.path], let values = node.values, values.shape == entry.shape,
      let count = elementCount(entry.shape)
    else { throw FileError(code: "missing-part", message: "\(path) has no \(entry.shownName)", place: path) }
    return (node, values, count)
  }

  /// Asks the child for a dataset; `take` gets each of its answers from the connection.
  private func answers(
    _ node: HDF5Node, count: Int, _ take: (_ index: Int, _ child: HDF5Child) throws(FileError) -> Void
  ) throws(FileError) {
    if let failure, failures >= Self.patience { throw failure }
    let child = if let child { child } else { try HDF5Child(file, settings) }
    // Answers that nobody took would be mistaken for those to the next request, so after an error the child is gone.
    self.child = nil
    do throws(FileError) {
      try child.send(.read, node.address)
      for index in 0..<count { try take(index, child) }
    } catch {
      failure = error
      // A child that hangs costs seconds each time.
      failures += error.code == "reading-hangs" ? Self.patience : 1
      throw error
    }
    self.child = child
  }

  private func damaged(_ words: String) -> FileError {
    FileError(
      code: "damaged-file", message: "\(printable(path)) is damaged: \(words)", place: path,
      suggestion: "copy it again, or go back to an older one")
  }
}
