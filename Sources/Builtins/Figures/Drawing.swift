import Checkpoint
import Diagnostics
import Interpreter
import TensorFiles

/// A picture that can be saved as SVG and PNG.
protocol Drawing: LanguageObject {
  var svg: String { get }
}

extension Drawing {
  var exhibit: Exhibit? { .drawing(svg: svg) }

  /// Writes the drawing; the path must end with .svg or .png.
  func save(to path: String, _ call: Invocation) throws {
    let ending = path.lowercased()
    do throws(FileError) {
      if ending.hasSuffix(".svg") { return try AtomicFile.write(Array(svg.utf8), to: path) }
      if ending.hasSuffix(".png") { return try Rasteriser.write(svg, to: path) }
    } catch { throw error.failure(call, argument: 1) }
    throw call.fail(
      .file, "a figure is saved as .svg or .png, and \(path) ends otherwise", argument: 1,
      tries: ["\(path).svg", "\(path).png"])
  }
}
