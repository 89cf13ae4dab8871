import Foundation
import Interpreter
import LanguageKit
import TestKit
import Testing

/// What values look like keeps to the width and the colours of what shows them.
struct DisplayTests {
  private static let setting = """
    from pmmrec import PMMRec
    axis row, column
    m = PMMRec()
    shop = world("tgtS", seed = 1, items = 40, users = 40)
    """

  private static let shown = [
    "curve(full(0.5, [row(3), column(40)]))", "scatter([1, 2], [3.0, 1e300])", "hist([1, 2, 3, -1e300], bins = 40)",
    "bars({a_name_that_is_longer_than_it_should_be_here: 1.5, b: -2e-300})",
    "heatmap(full(0.5, [row(80), column(300)]))",
    "diagram(m)", "diagram(freeze(m without vision, .text))", "poster(shop, \"i0001\")",
  ]

  /// What the sessions of a display print, without the escape sequences of colours.
  private func lines(_ entry: String, _ width: Int, _ colours: Display.Colours) throws -> (raw: String, plain: [String])
  {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      dialogue.machine.display = { Display(width: width, colours: colours) }
      let before = dialogue.type(Self.setting)
      let raw = before + dialogue.type(entry)
      let plain = raw.replacing(/\u{1B}\[[0-9;]*m/, with: "")
      return (raw, plain.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }

  @Test(arguments: [24, 40, 72, 130]) func nothingIsWiderThanTheTerminal(_ width: Int) throws {
    for entry in Self.shown {
      let found = try lines(entry, width, .full)
      #expect(found.plain.count > 2, "\(entry): \(found.raw)")
      #expect(
        found.plain.allSatisfy { $0.count <= width || $0.hasPrefix("note: ") },
        "\(entry) in \(width):\n\(found.plain.joined(separator: "\n"))")
    }
  }

  @Test func onlyAPosterOnATerminalOfColoursHasColours() throws {
    for entry in Self.shown {
      #expect(try !lines(entry, 72, .none).raw.contains("\u{1B}"), "\(entry)")
    }
    let poster = "poster(shop, \"i0001\")"
    #expect(try lines(poster, 72, .full).raw.contains("\u{1B}[38;2;"))
    #expect(try lines(poster, 72, .indexed).raw.contains("\u{1B}[38;5;"))
    let plain = try lines(poster, 72, .none).plain
    #expect(plain.count(where: { line in !line.isEmpty && line.allSatisfy { " .:-=+*#%@".contains($0) } }) > 10)
  }

  @Test(arguments: [
    ("[1e300, 1e300, -1e300]", ["3 numbers", "mean 3.33333e299"]),
    ("[5, 5]", ["2 numbers", "mean 5.0, sd 0.0", "all are 5.0"]),
    ("[1]", ["1 number", "mean 1.0"]),
    ("[0.0 / 0.0]", ["1 number", "1 of 1 is nan, first at position 0", "no finite number"]),
    ("full(0.5, [row(2), column(3)])", ["[row=2, column=3], 6 numbers", "mean 0.5, sd 0.0", "all are 0.5"]),
    (
      "tensor([[0.5, 0.0 / 0.0], [1.0 / 0.0, 0.0 / 0.0]], [row, column])",
      [
        "[row=2, column=2], 4 numbers", "2 of 4 are nan, first at row 0, column 1",
        "1 of 4 is infinite, first at row 1, column 0",
      ]
    ),
  ])
  func aSummaryTellsFirstWhatIsNoNumber(_ value: String, _ starts: [String]) throws {
    let text = try Dialogue.print("axis row, column\nsummary(\(value))")
    let lines = text.split(separator: "\n")
    #expect(lines.count >= starts.count && zip(lines, starts).allSatisfy { $0.hasPrefix($1) }, "\(text)")
  }

  @Test func aPNGIsWrittenWhereTheProgramIs() throws {
    let folder = try ScratchFolder()
    let path = folder.file("deep/x.png")
    let printed = try Dialogue.print("save(curve([1, 2, 3]), \"\(path)\")")
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/rsvg-convert") else {
      #expect(printed.contains("librsvg2-bin") && !FileManager.default.fileExists(atPath: path), "\(printed)")
      return
    }
    #expect(printed == "", "\(printed)")
    #expect(try Bytes.read(path).starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }
}
