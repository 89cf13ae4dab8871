import Diagnostics
import Foundation

/// Texts on disk, as the commands of the shell read and write them.
enum TextFile {
  /// - Throws: a `Failure` that says why there is no such text.
  static func read(_ path: String) throws -> String {
    if let text = FileModuleLoader.read(path) { return text }
    let exists = FileManager.default.fileExists(atPath: path)
    throw Failure(
      .file, exists ? "\(path) is not a text file in UTF-8 of at most 16 MiB" : "there is no file \(path)")
  }

  /// Makes a text the whole contents of a file, or leaves the old one.
  static func write(_ text: String, to path: String) throws {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw Failure(.file, "\(path) cannot be written", tries: ["a path in a folder that exists and may be written"])
    }
  }

  static func append(_ text: String, to path: String) throws {
    guard let file = FileHandle(forWritingAtPath: path) else { throw Failure(.file, "\(path) cannot be written") }
    defer { try? file.close() }
    do {
      try file.seekToEnd()
      try file.write(contentsOf: Data(text.utf8))
    } catch { throw Failure(.file, "\(path) cannot be written: the disk may be full") }
  }

  /// Checks the ending of a file that is to be written.
  static func require(_ path: String, _ ending: String, for what: String) throws {
    guard !path.isEmpty else { throw Failure(.wrongArguments, "\(what) needs the name of a file, such as a\(ending)") }
    guard path.hasSuffix(ending) else {
      throw Failure(.file, "\(what) is written as \(ending), and \(path) ends otherwise", tries: ["\(path)\(ending)"])
    }
  }
}
