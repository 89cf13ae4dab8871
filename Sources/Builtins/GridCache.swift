import Checkpoint
package import Diagnostics
import Glibc
package import Interpreter
import Recommendation
import TensorCore
import TensorFiles

/// A folder in which the cells of a script's grids are kept, a file each, named by what the cell depends on: code and the
/// names in it, keys, seed, and the program itself. What a cell read of the disk stands in the file and is compared when the
/// cell is looked up.
package final class GridCache: CellStore {
  static let format = 1

  let folder: String
  private let most: Int?
  /// Cells that took less are computed again, which is as quick as reading them.
  let leastSeconds: Double
  let program: String
  var isUsable = true
  private var isCleared = false
  /// Runs of this entry that were stopped, and those that it had when it ran before and did not come to yet.
  package internal(set) var stopped: [String] = []
  var awaited: [String] = []

  /// - Parameters:
  ///   - folder: is made when the first cell is kept.
  ///   - most: bytes beyond which what was used longest ago makes room; nil for no limit.
  ///   - program: tells this build of the program from others; by default its file's size and time.
  package init(
    folder: String, leastSeconds: Double = 0.05, program: String = GridCache.build, most: Int? = nil
  ) {
    self.folder = folder
    self.most = most
    self.leastSeconds = leastSeconds
    self.program = program
  }

  /// The folder that belongs to a script: beside it.
  package static func folder(ofScript path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return ".pmm-cache" }
    return path[...slash] + ".pmm-cache"
  }

  /// The version of the program, and which build of it: a change of its own code may change any result.
  package static var build: String {
    var info = stat()
    let isKnown = stat("/proc/self/exe", &info) == 0
    let file = isKnown ? "\(info.st_size) \(info.st_mtim.tv_sec) \(info.st_mtim.tv_nsec)" : "unknown"
    return "pmm \(Version.text) \(file)"
  }

  package func cells(of function: Function, _ machine: Machine, at span: Span) throws -> (any KeptCells)? {
    guard isUsable else { return nil }
    let fingerprint = Fingerprint(machine) { SHA256.hex($0) }
    let code: CellCode
    do {
      guard let made = try CellCode(function, fingerprint) else { return nil }
      code = made
    } catch let unknown as Fingerprint.Unknown {
      machine.note(
        "grid: its cells read \(unknown.what), of which nobody can say whether it is the same in another run, "
          + "so they are computed each time (\(span.place))")
      return nil
    }
    let cells = Cells(self, code, fingerprint, machine, span)
    return cells.writesFiles() ? nil : cells
  }

  /// The cells of one grid.
  private final class Cells: KeptCells {
    private let cache: GridCache
    private let code: CellCode
    private let fingerprint: Fingerprint
    private unowned let machine: Machine
    private let span: Span
    /// States of files, for as long as cells are looked up: nothing else runs meanwhile.
    private var states: [FileRead: FileRead] = [:]

    init(_ cache: GridCache, _ code: CellCode, _ fingerprint: Fingerprint, _ machine: Machine, _ span: Span) {
      self.cache = cache
      self.code = code
      self.fingerprint = fingerprint
      self.machine = machine
      self.span = span
    }

    /// Whether code that the cells reach writes files; says so once.
    func writesFiles() -> Bool {
      let acts = ["export", "save"].filter { fingerprint.builtins.contains($0) }
      if acts.isEmpty { return false }
      machine.note(
        "grid: its cells write files (`\(acts.joined(separator: "`, `"))`), so they are computed each time (\(span.place))"
      )
      return true
    }

    /// Where a cell is kept; nil where it is not.
    private func path(_ keys: [Value], _ seed: UInt64) throws -> String? {
      var content = Content()
      content.add(GridCache.format)
      content.add(cache.program)
      content.add("\(Precision.active)")
      content.add(code.digest)
      content.add(seed)
      do { try code.write(keys, &content) } catch let unknown as Fingerprint.Unknown {
        machine.note("grid: cells depend on \(unknown.what), so they are computed each time (\(span.place))")
        return nil
      }
      // What a cell looks up by its keys may be a function, which is known only now.
      if writesFiles() { return nil }
      if fingerprint.builtins.contains("option") {
        for (name, value) in machine.givenOptions.sorted(by: { $0.key < $1.key }) {
          content.add(name)
          content.add(value)
        }
      }
      return "\(cache.folder)/grid-\(fingerprint.digest(content).prefix(40)).h5"
    }

    func kept(_ keys: [Value], seed: UInt64) throws -> Value? {
      guard let path = try path(keys, seed), access(path, F_OK) == 0 else { return nil }
      do {
        let entry = try CellEntry(path: path)
        guard path.hasSuffix(entry.name) else { throw CellReader.Damage(what: "it is that of another cell") }
        guard entry.reads.allSatisfy({ isUnchanged($0) }) else { return nil }
        return try entry.value(machine.invocation(at: span))
      } catch let damage as CellReader.Damage {
        machine.say("note: \(path) is damaged (\(damage.what)); the cell is computed again")
        return nil
      }
    }

    private func isUnchanged(_ read: FileRead) -> Bool {
      let question = FileRead(kind: read.kind, path: read.path, state: "")
      let now = states[question] ?? FileState.read(read.kind, read.path)
      states[question] = now
      return now == read
    }

    func begin(found: Int, of all: Int) {
      states = [:]
      if found > 0 { machine.say("grid: \(found) of \(all) cells from \(cache.folder)") }
    }

    func computed(_ keys: [Value], seed: UInt64, _ cell: () throws -> Value) throws -> Value {
      // Asked for before the cell runs: nothing that it does may change what it is filed under.
      let path = try path(keys, seed)
      let clock = ContinuousClock()
      let start = clock.now
      let (value, reads) = try machine.notingReads(cell)
      let seconds = Double((clock.now - start) / .seconds(1))
      // What an interrupt cut short is not what the cell gives.
      guard let path, cache.isUsable, seconds >= cache.leastSeconds, !machine.interruptedRun else { return value }
      do {
        let call = machine.invocation(at: span)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let entry = try CellEntry(value, name: name, reads: reads, call)
        // What would not come back as it is, is not kept.
        let back = try entry.value(call)
        // Digests of its own, which hold these values no longer than this takes.
        let check = Fingerprint(machine) { SHA256.hex($0) }
        guard try check.digest(back) == check.digest(value) else {
          throw CellWriter.Refusal(what: "a \(value.typeName) that does not come back as it was")
        }
        try cache.write(entry, to: path)
      } catch let refusal as CellWriter.Refusal {
        machine.note("grid: \(refusal.what) is not kept, so its cells are computed each time (\(span.place))")
      } catch is Fingerprint.Unknown {
        machine.note("grid: a \(value.typeName) is not kept, so its cells are computed each time (\(span.place))")
      } catch is CellReader.Damage {
        machine.note(
          "grid: a \(value.typeName) does not come back as it was, so its cells are computed each time (\(span.place))")
      } catch let error as FileError {
        cache.isUsable = false
        machine.note("grid: nothing more is kept in \(cache.folder): \(error.message)")
      }
      return value
    }
  }

  /// Removes what runs that were killed while they wrote have left behind; what is younger than a day may be in work.
  private func clearUnfinished() {
    if isCleared { return }
    isCleared = true
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var info = stat()
      guard name.hasPrefix(".grid-"), name.contains(".unfinished-"), stat("\(folder)/\(name)", &info) == 0,
        time(nil) - info.st_mtim.tv_sec > 86_400
      else { continue }
      _ = unlink("\(folder)/\(name)")
    }
  }

  func write(_ entry: CellEntry, to path: String) throws {
    clearUnfinished()
    if access("\(folder)/.gitignore", F_OK) != 0 {
      // A folder that can be made again belongs into no repository.
      try AtomicFile.write(Array("*\n".utf8), to: "\(folder)/.gitignore")
    }
    try entry.write(to: path)
    makeRoom(for: path)
  }

  /// Removes what was used longest ago where the folder holds more than it may.
  private func makeRoom(for newest: String) {
    guard let most, let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    var files: [(path: String, used: Int, bytes: Int)] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var info = stat()
      guard name.hasSuffix(".h5"), !name.hasPrefix("."), stat("\(folder)/\(name)", &info) == 0 else { continue }
      files.append(("\(folder)/\(name)", info.st_mtim.tv_sec, Int(info.st_size)))
    }
    var sum = files.reduce(0) { $0 + $1.bytes }
    for file in files.sorted(by: { $0.used < $1.used }) where sum > most && file.path != newest {
      _ = unlink(file.path)
      sum -= file.bytes
    }
  }
}

/// A cell on disk.
struct CellEntry {
  private static let kind = "grid cell"

  /// The name of the file that this belongs into.
  let name: String
  let reads: [FileRead]
  private let value: JSONValue
  private let objects: [JSONValue]
  private let tensors: [StoredTensor]

  init(_ value: Value, name: String, reads: [FileRead], _ call: Invocation) throws {
    var writer = CellWriter(call)
    self.value = try writer.json(value)
    objects = writer.objects
    tensors = writer.tensors
    self.reads = reads
    self.name = name
  }

  /// Reads a file, which may be anything.
  init(path: String) throws(CellReader.Damage) {
    let file: CheckpointFile
    do throws(FileError) { file = try CheckpointFile.read(path: path) } catch {
      throw CellReader.Damage(what: error.message)
    }
    guard file.kind == Self.kind, let outer = try? JSONValue.parse(file.metadataJSON),
      let text = outer["content"]?.string, outer["sha256"]?.string == SHA256.hex(Array(text.utf8)),
      let content = try? JSONValue.parse(text), let name = content["name"]?.string, let value = content["value"],
      let objects = content["objects"]?.list,
      let reads = content["reads"]?.list
    else { throw CellReader.Damage(what: "its description is not whole") }
    var files: [FileRead] = []
    for read in reads {
      guard let kind = read["kind"]?.string.flatMap({ FileRead.Kind(rawValue: $0) }), let path = read["path"]?.string,
        let state = read["state"]?.string
      else { throw CellReader.Damage(what: "what it read is unknown") }
      files.append(FileRead(kind: kind, path: path, state: state))
    }
    (self.name, self.value, self.objects, self.reads, tensors) = (name, value, objects, files, file.tensors)
  }

  func value(_ call: Invocation) throws -> Value {
    try CellReader(call, objects: objects, tensors: tensors).value(value)
  }

  func write(to path: String) throws {
    let content = JSONValue.object([
      "name": .string(name), "value": value, "objects": .list(objects),
      "reads": .list(
        reads.map {
          .object(["kind": .string($0.kind.rawValue), "path": .string($0.path), "state": .string($0.state)])
        }),
    ])
    let text = try content.text()
    let outer = JSONValue.object(["sha256": .string(SHA256.hex(Array(text.utf8))), "content": .string(text)])
    try CheckpointFile(kind: Self.kind, metadataJSON: try outer.text(), tensors: tensors).write(to: path)
  }
}
