import Interpreter
import Recommendation

/// What lies at a path now.
enum FileState {
  /// SHA-256 of a file's contents; nil where no file can be read.
  static func of(_ path: String) -> String? {
    guard let bytes = try? FileBytes.read(path, interrupted: { false }) else { return nil }
    return SHA256.hex(bytes)
  }

  /// What is read at a path, with its state now.
  static func read(_ kind: FileRead.Kind, _ path: String) -> FileRead {
    let state =
      switch kind {
      case .file: of(path)
      case .folder: try? InteractionData.state(folder: path)
      case .stamp: FileBytes.stamp(path)
      }
    return FileRead(kind: kind, path: path, state: state ?? unreadable)
  }

  /// The state of what cannot be read.
  static let unreadable = "unreadable"
}
