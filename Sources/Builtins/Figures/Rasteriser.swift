import Foundation
import TensorFiles

/// Makes pixels of SVG with the program `rsvg-convert`, which Debian has in librsvg2-bin.
enum Rasteriser {
  private static let program = "rsvg-convert"
  /// Pixels for each unit of a drawing, so that its letters are sharp in print.
  private static let zoom = 2
  /// Seconds after which the program is ended.
  private static let patience = 60.0

  /// Writes a PNG on white, or leaves what stood at the path.
  static func write(_ svg: String, to path: String) throws(FileError) {
    guard let program = found else {
      throw FileError(
        code: "missing-program", message: "a PNG is drawn by \(Self.program), and no folder of PATH has it",
        place: path,
        suggestion: "apt-get install librsvg2-bin, or a path that ends with .svg")
    }
    let drawing = FileManager.default.temporaryDirectory.appendingPathComponent("pmm-\(UUID().uuidString).svg")
    defer { try? FileManager.default.removeItem(at: drawing) }
    try AtomicFile.write(Array(svg.utf8), to: drawing.path, syncs: false)
    try AtomicFile.replace(path, bytes: svg.utf8.count) { temporary throws(FileError) in
      try run(
        program,
        ["--format=png", "--zoom=\(zoom)", "--background-color=white", "--output=\(temporary)", drawing.path], for: path
      )
    }
  }

  /// Where the program stands.
  private static var found: URL? {
    let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
    return folders.map { URL(fileURLWithPath: "\($0)/\(program)") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    }
  }

  private static func run(_ program: URL, _ arguments: [String], for path: String) throws(FileError) {
    let process = Process()
    let words = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = words
    func failure(_ reason: String) -> FileError {
      FileError(
        code: "failed-program", message: "\(Self.program) could not draw the PNG: \(reason)", place: path,
        suggestion: "a path that ends with .svg")
    }
    do { try process.run() } catch { throw failure("it cannot be started") }
    let end = Date(timeIntervalSinceNow: patience)
    while process.isRunning {
      do throws(FileError) { try FileWork.check() } catch {
        process.terminate()
        process.waitUntilExit()
        throw error
      }
      guard Date() < end else {
        process.terminate()
        process.waitUntilExit()
        throw failure("it came to no end in \(Int(patience)) seconds")
      }
      usleep(5_000)
    }
    guard process.terminationStatus == 0 else {
      let text = String(decoding: words.fileHandleForReading.availableData.prefix(1000), as: UTF8.self)
      throw failure(printable(text.split(separator: "\n").first.map(String.init) ?? "it gave no reason"))
    }
  }
}
