import Dispatch
import Synchronization

/// The images of a catalogue at one size, each decoded at most once and kept as bytes.
///
/// An item without an image, or with one that cannot be read, gets middle gray and is counted as a warning.
package final class ImageStore: Sendable {
  private struct State {
    /// Pixels, [row, column, channel]; empty until an image was decoded. [item]
    var images: [[UInt8]]
    var warnings: [String: ContentWarning] = [:]
  }

  private struct Decoded: Sendable {
    var pixels: [UInt8]
    var problem: ContentError?
  }

  /// Side of the square images kept.
  package let size: Int
  private let source: any ImageSource
  private let state: Mutex<State>
  /// Held while images are decoded, so that two callers never decode one image twice.
  private let decoding = Mutex(())

  /// - Parameters:
  ///   - images: paths relative to `folder`, empty for an item without one. [item]
  ///   - size: side of the squares that images are squashed to.
  package convenience init(
    folder: String, images: [String], size: Int, maxPixels: Int = 50_000_000
  ) throws(ContentError) {
    try self.init(ImageFolder(folder: folder, images: images, maxPixels: maxPixels), size: size)
  }

  /// - Parameter size: side of the squares that images are squashed to.
  package init(_ source: any ImageSource, size: Int) throws(ContentError) {
    guard (1...4096).contains(size) else {
      throw ContentError(
        code: "bad-size", message: "images cannot be kept at \(size) x \(size)",
        suggestion: "choose a size from 1 to 4096, such as image = 64")
    }
    self.source = source
    self.size = size
    state = Mutex(State(images: Array(repeating: [], count: source.count)))
  }

  /// Whether an item names a picture, which may be missing nevertheless.
  package func hasImage(of item: Int) -> Bool { source.hasImage(of: item) }

  /// Decodes what is still missing of `items` on at most `threads` threads.
  /// - Parameter interrupted: is asked before each image; once it says yes the rest is left for later.
  package func prepare(_ items: [Int32], threads: Int = 2, interrupted: @Sendable () -> Bool = { false }) {
    decoding.withLock { _ in
      let missing = state.withLock { state in
        Set(items).sorted().filter { state.images.indices.contains(Int($0)) && state.images[Int($0)].isEmpty }
      }
      let workers = max(1, min(threads, missing.count))
      let found = Mutex([Int32: Decoded]())
      withoutActuallyEscaping(interrupted) { interrupted in
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
          for index in stride(from: worker, to: missing.count, by: workers) where !interrupted() {
            let decoded = self.decode(Int(missing[index]))
            found.withLock { $0[missing[index]] = decoded }
          }
        }
      }
      // Kept in order of items, so that warnings do not depend on which thread was faster.
      let results = found.withLock { $0 }
      state.withLock { state in
        for item in missing {
          guard let decoded = results[item] else { continue }
          state.images[Int(item)] = decoded.pixels
          if let problem = decoded.problem { count(problem, item: Int(item), in: &state) }
        }
      }
    }
  }

  /// Pixels of items, one image behind the other, decoded now if need be. [item, row, column, channel]
  package func pixels(of items: [Int32]) -> [UInt8] {
    prepare(items)
    let gray = gray
    return state.withLock { state in
      var result: [UInt8] = []
      result.reserveCapacity(items.count * gray.count)
      for item in items {
        let kept = state.images.indices.contains(Int(item)) ? state.images[Int(item)] : []
        result += kept.isEmpty ? gray : kept
      }
      return result
    }
  }

  /// What could not be read so far, by kind.
  package var warnings: [ContentWarning] {
    state.withLock { $0.warnings.values.sorted { $0.kind < $1.kind } }
  }

  /// Tries every image that an item names, keeping none, and says which cannot be read and why; in order of items.
  /// - Parameters:
  ///   - progress: is told the fraction done now and then.
  ///   - interrupted: is asked before each image; once it says yes the rest is not tried.
  package func problems(
    progress: (Double) -> Void = { _ in }, interrupted: @Sendable () -> Bool = { false }
  ) -> [(item: Int, problem: ContentError)] {
    var found: [(item: Int, problem: ContentError)] = []
    let named = (0..<source.count).filter { source.hasImage(of: $0) }
    let block = 64
    for start in stride(from: 0, to: named.count, by: block) where !interrupted() {
      let items = Array(named[start..<min(start + block, named.count)])
      let failed = Mutex([Int: ContentError]())
      DispatchQueue.concurrentPerform(iterations: items.count) { index in
        if let problem = self.decode(items[index]).problem { failed.withLock { $0[items[index]] = problem } }
      }
      found += failed.withLock { $0 }.sorted { $0.key < $1.key }.map { (item: $0.key, problem: $0.value) }
      progress(Double(start + items.count) / Double(named.count))
    }
    return found
  }

  /// The picture of an item as a file, and how its name ends; nil for an item that names none.
  package func file(of item: Int) throws(ContentError) -> (bytes: [UInt8], ending: String)? {
    source.hasImage(of: item) ? try source.file(of: item) : nil
  }

  private var gray: [UInt8] { RGBImage.gray(width: size, height: size).pixels }

  private func decode(_ item: Int) -> Decoded {
    do throws(ContentError) {
      let image = try source.image(of: item)
      return Decoded(pixels: try image.resized(width: size, height: size).pixels)
    } catch {
      return Decoded(pixels: gray, problem: error)
    }
  }

  private func count(_ problem: ContentError, item: Int, in state: inout State) {
    let known = state.warnings[problem.code]
    let example = problem.place ?? "item \(item)"
    let examples = known?.examples ?? []
    let what =
      switch problem.code {
      case "no-image": "items have no image"
      case "missing-image": "images are missing"
      case "outside-image": "images lie outside the data set's folder and were not opened"
      default: "images cannot be read (\(problem.message))"
      }
    state.warnings[problem.code] = ContentWarning(
      kind: problem.code, message: known?.message ?? "\(what); gray stands in for them", count: (known?.count ?? 0) + 1,
      examples: examples.count < 3 ? examples + [example] : examples)
  }
}
