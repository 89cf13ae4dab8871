import Foundation
import LanguageKit
import TestKit
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Pictures of training curves are well-formed whatever is drawn, and say what they hold.
struct FigureTests {
  /// Names and numbers of an SVG, as an XML parser reads them.
  private final class Reader: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var counts: [String: Int] = [:]
    var numbers: [Double] = []
    private var open = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      counts[name, default: 0] += 1
      open = ""
      for key in ["points", "d", "x", "y", "cx", "cy"] {
        let words = attributes[key]?.split { !"0123456789.-+einfa".contains($0) } ?? []
        numbers += words.map { Double($0) ?? .nan }
      }
    }
    func parser(_ parser: XMLParser, foundCharacters string: String) { open += string }
    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      if name == "text" || name == "title" { texts.append(open) }
    }
  }

  private func drawn(_ program: String) throws -> Reader {
    let folder = try ScratchFolder()
    let path = folder.file("deep/x.svg")
    let printed = try Dialogue.print("p = (\(program))\nsave(p, \"\(path)\")")
    #expect(printed == "", "\(printed)")
    let bytes = try Bytes.read(path)
    let again = try Dialogue.print("save(\(program), \"\(path)\")")
    let second = try Bytes.read(path)
    #expect(again == "" && bytes == second, "one picture, one file")
    let reader = Reader()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = reader
    #expect(parser.parse(), "\(program): \(String(describing: parser.parserError))")
    #expect(reader.numbers.allSatisfy { $0.isFinite && $0 >= -1 && $0 <= 1000 }, "\(program)")
    return reader
  }

  private static let log = """
    grid epoch in 1..4 { {loss: 3.0 / epoch, dap: 2.0 / epoch, nicl: 1.0 / epoch, "valid ndcg@10": 0.1 * epoch, seconds: 2.0, memory_mb: 7} }
    """

  @Test func aLogHasAPanelOfLossesAndOneOfValidation() throws {
    let found = try drawn("curve(" + Self.log.replacingOccurrences(of: "\n", with: " ") + ")")
    for name in ["loss", "dap", "nicl", "valid ndcg@10", "losses", "validation", "epoch", "1", "2", "3", "4", "0.20"] {
      #expect(found.texts.contains(name), "\(name) is missing from \(found.texts)")
    }
    #expect(!found.texts.contains("seconds") && !found.texts.contains("memory_mb"))
    #expect(found.counts["polyline"] == 4 && found.counts["circle"] == 16)
  }

  @Test func severalLogsShowTheWholeLossOfEach() throws {
    let found = try drawn("curve({small: \(Self.log), \"a & <b>\": \(Self.log)})")
    for name in ["small", "a & <b>", "loss", "valid ndcg@10"] { #expect(found.texts.contains(name)) }
    #expect(!found.texts.contains("dap") && found.counts["polyline"] == 4)
    let numbered = try drawn("curve([\(Self.log), \(Self.log)])")
    #expect(numbered.texts.contains("run 2"))
  }

  @Test func runsAreDrawnAsTheirLogs() throws {
    let program = """
      from recommenders import SASRec
      from losses import dap, bce
      shop = world("tgtS", seed = 1, items = 40, users = 40)
      def run() = train(SASRec(40, width = 8, layers = 1), shop, dap + bce, epochs = 2)
      one = run()
      show(curve(one, title = "one"))
      show(curve({a: one, b: one.log}, title = "two"))
      show(curve(grid seed in 1..2 { run() }, title = "seeds"))
      """
    let text = try Dialogue.print(program)
    for words in [
      "one\nlosses\n", "● loss  ▲ bce  ■ dap", "validation\n", "two\nloss\n", "● a  ▲ b", "seeds\nloss\n",
      "● seed 1  ▲ seed 2",
    ] {
      #expect(text.contains(words), "\(words) is missing from \(text)")
    }
  }

  @Test(arguments: [
    ("grid epoch in [1] { {loss: 2.0} }", 0, 1), ("grid epoch in 1..3 { {loss: 2.0} }", 1, 3),
    ("grid epoch in 1..3 { {loss: 0.0} }", 1, 3), ("grid k in [\"a\", \"b\"] { {loss: -1e-9} }", 1, 2),
    ("grid epoch in 1..5 { {loss: if epoch == 3 { 1.0 / 0.0 } else { 1.0 * epoch }} }", 2, 4),
    ("grid epoch in 1..3 { {loss: [1e308, -1e308, 1e308][epoch - 1]} }", 1, 3),
    ("grid epoch in 1..3 { {loss: [1e-308, 2e-308, 1e308][epoch - 1]} }", 1, 3),
    ("grid epoch in [-1e300, 1e300] { {loss: 1} }", 1, 2), ("grid epoch in [1e300, 1e300] { {loss: 1} }", 1, 2),
    ("grid epoch in 1..100 { {loss: 1.0 / epoch} }", 1, 0),
    ("grid epoch in 1..2 { {\"valid hr@10\": 0.5} }", 1, 2),
    ("mean(grid epoch in 1..2, seed in 1..2 { {loss: 1.0 * epoch * seed} }, over = \"seed\")", 1, 2),
    ("curve(grid epoch in 1..2 { {loss: 1.0} }, title = \"Ein Käfer & <zwei>\")", 1, 2),
  ])
  func oddNumbersAreDrawn(_ log: String, _ lines: Int, _ dots: Int) throws {
    let found = try drawn(log.hasPrefix("curve(") ? log : "curve(\(log))")
    #expect(found.counts["polyline"] ?? 0 == lines && found.counts["circle"] ?? 0 == dots, "\(log)")
    #expect(found.texts.filter { Double($0) != nil }.count >= 2, "\(log): \(found.texts)")
  }

  @Test(arguments: [
    ("curve([1, 2, 3])", "polyline", 1), ("curve(full(0.5, [step(3), item(4)]))", "polyline", 3),
    ("scatter([1, 2], [3.0, 4.0])", "circle", 2), ("bars({a: 1, b: -2.5, c: 0.0 / 0.0})", "rect", 2),
    ("hist([1, 2, 3, 1e300], bins = 4)", "rect", 4), ("heatmap(full(0.5, [step(2), item(3)]))", "rect", 6),
    ("heatmap(full(0.5, [step(300), item(300)]))", "rect", 100 * 100),
  ])
  func numbersAreDrawn(_ program: String, _ element: String, _ count: Int) throws {
    let found = try drawn(program)
    #expect(found.counts[element] ?? 0 == count, "\(program): \(found.counts)")
    let text = try Dialogue.print("show(\(program))")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 72 }, "\(text)")
  }

  @Test func whatIsNoNumberIsToldFirst() throws {
    let text = try Dialogue.print("show(hist([1.0, 0.0 / 0.0, 2.0, 1.0 / 0.0]))")
    #expect(text.split(separator: "\n").dropFirst().prefix(2) == ["1 of 4 are nan", "1 of 4 are infinite"])
  }

  @Test(arguments: [
    ("curve(grid k in 1..2 { {name: \"a\"} })", "wrong-type: there are no numbers to draw: the columns are name"),
    ("curve(grid k in 1..2 { {seconds: 1.0} })", "wrong-type: there are no numbers to draw: the columns are seconds"),
    ("curve([])", "data: there is no run to draw"),
    ("bars([])", "wrong-type: `bars` draws tensors and lists of numbers, not "),
    ("scatter([1], [1, 2])", "axes-differ: `scatter` pairs the numbers of both, and x has 1, y 2"),
    ("heatmap([1, 2])", "wrong-type: `heatmap` draws 2 axes, and this has 1"),
    ("hist([1], bins = 0)", "out-of-range: bins is 1 to 200, not 0"),
    ("hist([0.0 / 0.0])", "data: there is no number to count among 1"),
    ("curve(3)", "wrong-type: curves are drawn of runs and of their logs, not of the number 3"),
    (
      "save(curve(grid k in 1..2 { {loss: 1.0} }), \"x.gif\")",
      "file: a figure is saved as .svg or .png, and x.gif ends otherwise"
    ),
    ("summary(\"a\")", "wrong-type: `summary` takes tensors, parameters and lists of numbers, not the string"),
    ("poster(world(\"tgtS\", seed = 1), \"i9\")", "data: tgtS has no item \"i9\""),
  ])
  func whatCannotBeDrawnSaysSo(_ program: String, _ mistake: String) throws {
    let found = try Dialogue.mistake(program)
    #expect(found.hasPrefix(mistake), "\(found)")
  }
}
