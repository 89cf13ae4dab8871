import Foundation
import Interpreter
import LanguageKit
import Shell
import TestKit
import Testing

/// What Tab offers.
@Suite struct CompleterTests {
  /// The texts offered at the end of what is typed, after some entries were run.
  private static func offered(_ typed: String, after entries: String = "") throws -> [String] {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      if !entries.isEmpty {
        let printed = dialogue.type(entries)
        #expect(!printed.contains("error"), "\(printed)")
      }
      let completer = Completer(
        SessionNames(dialogue.machine))
      return completer.complete(typed, at: typed.unicodeScalars.count)?.candidates.map(\.text) ?? []
    }
  }

  static let model =
    "from pmmrec import PMMRec\nm = PMMRec(width = 16)\nx = tensor([[1.0, 2.0]], [batch, d])\nr = {first: 1, second: m}"

  @Test(arguments: [
    ("logad", ["logaddexp"]), ("whil", ["while"]), ("my_l", ["my_long_name"]), ("1 + my_l", ["my_long_name"]),
    ("f(my_long_name) |> my_o", ["my_other"]), ("\"héé 日本\" + my_o", ["my_other"]), ("# my_l", []), ("12ab", []),
    ("\"closed\"", []), ("f\"{my_l", []),
  ])
  func names(_ typed: String, _ expected: [String]) throws {
    #expect(try Self.offered(typed, after: "my_long_name = 1\nmy_other = 2") == expected)
  }

  @Test func keywordsThatAreGivenAlreadyAreLeftOut() throws {
    #expect(try Self.offered("train(m, data, goal, epo") == ["epochs = "])
    #expect(try Self.offered("train(m, epochs = 3, epo") == [])
    #expect(try Self.offered("train(m, data, valid = f(epochs = 1), epo") == ["epochs = "])
    #expect(try Self.offered("PMMRec(wid", after: Self.model) == ["width = "])
    let losses = try Self.offered("nicl(te", after: "from losses import nicl")
    #expect(losses.contains("temp = "))
  }

  @Test func axesBehindOver() throws {
    let offered = try Self.offered("sum(x, over = ba", after: Self.model)
    #expect(offered == ["batch"])
    #expect(try Self.offered("x[", after: Self.model) == ["batch = ", "d = "])
  }

  @Test(arguments: [
    ("m.te", ["text"]), ("m with {te", ["text"]), ("m with {text: X, vi", ["vision"]), ("m without te", ["text"]),
    ("m without {text, vis", ["vision"]), ("m without text with {vis", ["vision"]), ("m with m.{text, us", ["user"]),
    ("PMMRec(width = 8) with {fus", ["fusion"]), ("m with {.text.emb", ["embed"]), ("r.sec", ["second"]),
    ("r.second.te", ["text"]), ("r[\"fi", ["first"]), ("m with {\n  text: X\n  us", ["user"]), ("m.text(1).te", []),
  ])
  func partsOfModels(_ typed: String, _ expected: [String]) throws {
    let offered = try Self.offered(typed, after: Self.model)
    if expected.isEmpty { #expect(offered == []) } else { #expect(offered.contains(expected[0]), "\(offered)") }
  }

  @Test func modulesAndWhatTheyOffer() throws {
    #expect(try Self.offered("from pmm") == ["pmmrec"])
    #expect(try Self.offered("from pmmrec import PMM") == ["PMMRec"])
    #expect(try Self.offered("from losses imp") == ["import"])
    #expect(try Self.offered("PMMR") == ["PMMRec"], "what is not imported is known")
  }

  @Test func commandsAndTheirArguments() throws {
    #expect(try Self.offered("%") == Session.commands.map(\.name).sorted())
    #expect(try Self.offered("%w") == ["who"])
    #expect(try Self.offered("%ref my_", after: "my_long_name = 1\nmy_other = 2") == ["my_long_name", "my_other"])
    #expect(try Self.offered("%set und") == ["undo"])
    #expect(try Self.offered("%help wh") == ["who"])
    #expect(try Self.offered("%who w") == [])
    #expect(try Self.offered("%nonsense w") == [])
    #expect(try Self.offered("%time logad") == ["logaddexp"])
    #expect(try Self.offered("?logad") == ["logaddexp"])
  }

  @Test func filesInStrings() throws {
    let folder = try ScratchFolder()
    try folder.write("results/best.h5", "")
    try folder.write("results/odd \"name\".h5", "")
    #expect(try Self.offered("open(\"\(folder.path)/res") == ["results/"])
    #expect(try Self.offered("open(\"\(folder.path)/results/be") == ["best.h5"])
    #expect(try Self.offered("open(\"\(folder.path)/results/odd") == ["odd \\\"name\\\".h5"])
    #expect(try Self.offered("open(\"\(folder.path)/nowhere/") == [])
  }

  @Test func contentsOfAFileWithoutReadingNumbers() throws {
    let folder = try ScratchFolder()
    let file = folder.file("weights.npz")
    let made =
      "export(\"\(file)\", text = tensor([1.0, 2.0], [d]), temperature = tensor([1.0], [d]))\nck = open(\"\(file)\")"
    #expect(try Self.offered("ck.te", after: made) == ["temperature", "text"])
    #expect(try Self.offered("m = 1 with ck.{te", after: made) == ["temperature", "text"])
    #expect(try Self.offered("ck[\"tex", after: made) == ["text"])
  }

  /// At every place of every program and document, cut there or not, something or nothing is offered, and what is offered
  /// continues what stands there.
  @Test func noTextAndNoPlaceIsTooMuch() throws {
    let programs = try ProgramTexts.files() + ProgramTexts.below("docs", ending: "md") + ProgramTexts.entries()
    #expect(programs.count > 30)
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      _ = dialogue.type(Self.model)
      let completer = Completer(SessionNames(dialogue.machine))
      var (lines, places) = (0, 0)
      for program in programs {
        for line in program.text.split(separator: "\n") {
          lines += 1
          let scalars = Array(line.unicodeScalars)
          // Every place of some lines, and each place of a line in some line.
          for place in stride(from: lines % 7, through: scalars.count, by: lines % 50 == 0 ? 1 : 7) {
            places += 1
            guard let found = completer.complete(String(line), at: place) else { continue }
            #expect(found.range.upperBound == place && found.range.lowerBound >= 0)
            var typed = String.UnicodeScalarView()
            typed.append(contentsOf: scalars[found.range])
            #expect(found.candidates.allSatisfy { $0.text.unicodeScalars.starts(with: typed) }, "\(line) at \(place)")
          }
        }
        // Places that depend on the lines before, at fewer places.
        let count = program.text.unicodeScalars.count
        for place in stride(from: 0, through: min(count, 6000), by: 97) {
          _ = completer.complete(program.text, at: place)
        }
      }
      #expect(places > 20_000)
    }
  }

  @Test func oddTextsAndPlaces() throws {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      let completer = Completer(SessionNames(dialogue.machine))
      let deep = String(repeating: "f(", count: 20_000)
      for text in [
        "", ".", "..", "((", "))", "with", "without .", "x.{", "}{", "]", ".a.b.c with", "\"", "f\"{", deep,
        "\u{FEFF}x", "👩‍👩‍👧.", "\r\n%",
      ] {
        for place in [-5, 0, 1, 2, text.unicodeScalars.count, text.unicodeScalars.count + 9, Int.max] {
          _ = completer.complete(text, at: place)
        }
      }
    }
  }
}

/// When the prompt asks for another line.
@Suite struct NeedsMoreTests {
  @Test(arguments: [
    "f(", "x = [1,", "x =", "def f(a) {", "m with {", "a +", "|> f(", "%time f(1,", "%ti x =",
  ])
  func more(_ text: String) { #expect(Session.needsMore(text)) }

  @Test(arguments: [
    "", "x = 1", "f(1)", "x = )", "\"open", "?", "?f(", "!ls (", "%who", "%who (", "%nonsense (", "%time", "|> f",
    "f(1);", "x?",
    "for x in"
      + " [1] { x }",
  ])
  func complete(_ text: String) { #expect(!Session.needsMore(text)) }

  @Test func indentation() {
    #expect(Session.indent(behind: "f(") == 2)
    #expect(Session.indent(behind: "m = {\n  a: [") == 4)
    #expect(Session.indent(behind: "m = {\n  a: [1],") == 2)
    #expect(Session.indent(behind: "x = \"(\"") == 0)
    #expect(Session.indent(behind: "") == 0)
  }
}
