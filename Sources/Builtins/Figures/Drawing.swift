import Checkpoint
import Diagnostics
import Interpreter
import TensorFiles

/// A picture that can be saved as SVG.
protocol Drawing: LanguageObject {
  var svg: String { get }
}

extension Drawing {
  /// Writes the drawing; the path must end with .svg.
  func save(to path: String, _ call: Invocation) throws {
    guard path.lowercased().hasSuffix(".svg") else {
      throw call.fail(
        .file, "a figure is saved as .svg, and \(path) ends otherwise", argument: 1, tries: ["\(path).svg"])
    }
    do throws(FileError) { try AtomicFile.write(Array(svg.utf8), to: path) } catch {
      throw error.failure(call, argument: 1)
    }
  }
}
