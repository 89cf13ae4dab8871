import Content
import Diagnostics
import Interpreter
import TensorFiles

/// An item as people see it: its picture, and what is said of it.
final class Poster: LanguageObject {
  private static let mostColumns = 40
  private static let mostRows = 24
  private static let mostWords = 600
  /// From dark to bright.
  private static let grays: [Character] = Array(" .:-=+*#%@")

  let id: String
  let title: String
  /// What else is known, by name.
  private let facts: [(name: String, text: String)]
  /// The file of the picture, and how its name ends.
  private let file: (bytes: [UInt8], ending: String)?
  private let image: RGBImage?
  /// Why there is no picture.
  private let reason: String

  init(_ item: Int32, of platform: Platform) {
    let (items, row) = (platform.items, Int(item))
    id = platform.rawIDs[row]
    func text(_ texts: [String]) -> String { texts.indices.contains(row) ? texts[row] : "" }
    title = text(items.titles)
    let columns = items.columns.sorted { $0.key < $1.key }.map { ($0.key, text($0.value)) }
    facts = ([("description", text(items.descriptions))] + columns).filter { !$0.1.isEmpty }.map {
      (name: $0.0, text: $0.1)
    }
    do {
      guard let file = try items.picture(of: item) else {
        (file, image, reason) = (nil, nil, "no picture")
        return
      }
      image = try ImageDecoder.decode(bytes: file.bytes, name: id)
      (self.file, reason) = (file, "")
    } catch {
      (file, image) = (nil, nil)
      reason = error.code == "no-image" ? "no picture" : "the picture cannot be read: \(error.message)"
    }
  }

  var typeName: String { "poster" }
  var brief: String { "poster of \(id)" }
  var fieldNames: [String] { ["id", "title", "width", "height"] }

  func field(_ name: String) -> Value? {
    switch name {
    case "id": .string(id)
    case "title": .string(title)
    case "width": .int(image?.width ?? 0)
    case "height": .int(image?.height ?? 0)
    default: nil
    }
  }

  var exhibit: Exhibit? {
    guard let file else { return nil }
    let type = file.ending == "png" ? "image/png" : "image/jpeg"
    return .picture(bytes: file.bytes, type: type, words: words.joined(separator: "\n"))
  }

  var printed: String { drawn(on: .plain) }

  func drawn(on display: Display) -> String {
    (words.map { Self.cut($0, display.width) } + (image.map { Self.lines($0, display) } ?? [reason]))
      .joined(separator: "\n")
  }

  private var words: [String] {
    let head = title.isEmpty ? id : "\(id)  \(title)"
    let size = image.map { ["picture of \($0.width) x \($0.height)"] } ?? []
    return ([head] + facts.map { "\($0.name): \($0.text)" } + size).map { line in
      // Catalogues come from elsewhere: no sign of theirs steers the terminal.
      Renderer.printable(String(line.prefix(Self.mostWords).map { $0.isNewline || $0 == "\t" ? " " : $0 }))
    }
  }

  private static func cut(_ text: String, _ width: Int) -> String {
    text.count > width ? text.prefix(width - 1) + "…" : text
  }

  /// Two pixels a character, one above the other, where there are colours; else a gray each.
  private static func lines(_ image: RGBImage, _ display: Display) -> [String] {
    let shape = Double(image.height) / Double(max(1, image.width))
    var columns = min(mostColumns, display.width)
    var rows = Int((Double(columns) * shape / 2).rounded())
    if rows > mostRows {
      columns = max(1, Int((Double(mostRows) * 2 / shape).rounded()))
      rows = mostRows
    }
    rows = max(1, rows)
    guard let small = try? image.resized(width: columns, height: display.colours == .none ? rows : rows * 2) else {
      return []
    }
    return (0..<rows).map { row in
      guard display.colours != .none else {
        return String((0..<columns).map { gray(small.colour(row, $0)) })
      }
      var (line, last) = ("", "")
      for column in 0..<columns {
        let (above, below) = (small.colour(2 * row, column), small.colour(2 * row + 1, column))
        let sign = "\u{1B}[38;\(code(above, display.colours));48;\(code(below, display.colours))m"
        line += (sign == last ? "" : sign) + "▀"
        last = sign
      }
      return line + "\u{1B}[0m"
    }
  }

  private typealias Colour = (red: Int, green: Int, blue: Int)

  /// What stands behind 38 and 48 in an escape sequence.
  private static func code(_ colour: Colour, _ colours: Display.Colours) -> String {
    if colours == .full { return "2;\(colour.red);\(colour.green);\(colour.blue)" }
    // The cube of 6 x 6 x 6 colours that begins at 16.
    func level(_ value: Int) -> Int { (value * 5 + 127) / 255 }
    return "5;\(16 + 36 * level(colour.red) + 6 * level(colour.green) + level(colour.blue))"
  }

  private static func gray(_ colour: Colour) -> Character {
    let brightness = (299 * colour.red + 587 * colour.green + 114 * colour.blue) / 1000
    return grays[min(brightness * grays.count / 256, grays.count - 1)]
  }

  /// Writes the picture's file as it is.
  func save(to path: String, _ call: Invocation) throws {
    guard let file else { throw call.fail(.data, "item \(id) has \(reason)", argument: 0) }
    let endings = file.ending == "png" ? [".png"] : [".jpg", ".jpeg"]
    guard endings.contains(where: path.lowercased().hasSuffix) else {
      throw call.fail(
        .file, "the picture of \(id) is a \(endings[0]) file, and \(path) ends otherwise", argument: 1,
        tries: ["\(path)\(endings[0])"])
    }
    do throws(FileError) { try AtomicFile.write(file.bytes, to: path) } catch { throw error.failure(call, argument: 1) }
  }
}

extension RGBImage {
  fileprivate func colour(_ row: Int, _ column: Int) -> (red: Int, green: Int, blue: Int) {
    let start = 3 * (row * width + column)
    return (Int(pixels[start]), Int(pixels[start + 1]), Int(pixels[start + 2]))
  }
}

extension Catalog {
  static var posters: [Builtin] {
    [
      Builtin(
        "poster",
        """
        An item of a data set as people see it: its title, what else is known of it, and its picture, which a terminal with \
        colours shows in colours and any other in grays. `save(poster, "x.png")` writes the picture's file.
        """,
        BuiltinParameter<DataSetArgument>("data"), BuiltinParameter<Value>("item"),
        examples: """
          pmm> p = poster(world("tgtS", seed = 1, items = 40, users = 40), "i0001")
          pmm> [p.id, p.width, p.height]
          ["i0001", 24, 24]
          """
      ) { call, data, item -> Value in
        let platform = data.data.platform
        return .object(Poster(try IDIndex(platform).row(of: item, argument: 1, call), of: platform))
      }
    ]
  }
}
