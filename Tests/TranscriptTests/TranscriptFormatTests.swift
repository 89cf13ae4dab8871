import Testing
import Transcripts

struct TranscriptFormatTests {
  @Test func sessionsAreCutAtPrompts() {
    let text = """
      A title

      pmm> x = 1
      pmm> f = (a) =
      ...>   a + 1
      two
      lines

      pmm>
      pmm> show
      ...> not typed
      """
    let transcript = Transcript.parse(text)
    #expect(transcript.preamble == "A title")
    #expect(transcript.entries.map(\.input) == ["x = 1", "f = (a) =\n  a + 1", "", "show\nnot typed"])
    #expect(transcript.entries.map(\.output) == ["", "two\nlines", "", ""])
    #expect(transcript.entries.map(\.line) == [3, 4, 9, 10])
    #expect(Transcript.parse("").entries.isEmpty)
  }

  @Test func fencedBlocksKeepTheirLines() {
    let found = Transcript.fenced(in: "# Title\n\n```pmm\npmm> 1\n1\n```\n\n```sh\npmm> no\n```\n")
    #expect(found.count == 1)
    #expect(found.first?.entries == [Transcript.Entry(line: 4, input: "1", output: "1")])
  }

  @Test(arguments: [
    ("loss 0.6931 ± 1e-4", "loss 0.69315", true),
    ("loss 0.6931 ± 1e-4", "loss 0.6933", false),
    ("loss 0.6931 ± 1e-4", "loss nan", false),
    ("a -1 ± 0.5, b 2 ± 0", "a -1.25, b 2", true),
    ("a -1 ± 0.5, b 2 ± 0", "a -1.25, b 2.001", false),
    ("| 1.5 ± 1 |   x", "| 12e-1 | x", true),
    ("exact  blanks", "exact blanks", false),
    ("a ± b", "a ± b", true),
    ("x\n\n", "x", true),
    ("x", "x\ny", false),
    ("x\ny", "x", false),
    ("1 ± 1 rest", "1 other", false),
  ])
  func numbersMayBeOffByTheirTolerance(_ expected: String, _ actual: String, _ matches: Bool) {
    #expect(Transcript.matches(expected: expected, actual: actual) == matches)
  }

  @Test(arguments: [
    ("a\n...\nd", "a\nb\nc\nd", true), ("a\n...\nd", "a\nd", true), ("a\n...", "a", true), ("...", "", true),
    ("a\n...\nd", "a\nb", false), ("a\n...\nd", "b\nd", false), ("...\nb\n...\nd", "a\nb\nc\nd", true),
    ("...\nd\n...\nb", "a\nb\nc\nd", false), ("a\n...\na", "a", false), ("...\n1.0 ± 0.1\n...", "x\n1.05\ny", true),
  ])
  func threePointsStandForAnyLines(_ expected: String, _ actual: String, _ matches: Bool) {
    #expect(Transcript.matches(expected: expected, actual: actual) == matches)
  }

  @Test func toleranceStaysWhereItHolds() {
    let expected = "a 1.0 ± 0.1\nb 2.0 ± 0.1\nc"
    #expect(Transcript.merged(expected: expected, printed: "a 1.05\nnew\nb 2.5\nc") == "a 1.0 ± 0.1\nnew\nb 2.5\nc")
  }

  /// A file's text, what its entries print, and the text that is recorded.
  @Test(arguments: [
    (
      SessionFile.Form.transcript, "Title\n\npmm> 1\n1\n\npmm> 2\n", [["1", "2"]], "Title\n\npmm> 1\n1\n\npmm> 2\n2\n\n"
    ),
    (.document, "a\n\n```pmm\npmm> 1\npmm> 2\n2\n```\nb\n", [["1", ""]], "a\n\n```pmm\npmm> 1\n1\npmm> 2\n```\nb\n"),
    (.document, "```pmm\npmm> 1\n0.5 ± 1\n```\n", [["1.0"]], "```pmm\npmm> 1\n0.5 ± 1\n```\n"),
    (
      .program, "## One.\n##   pmm> 1\n##   2\n##\n##   3\ndef f() = 1\n", [["x\n\ny"]],
      "## One.\n##   pmm> 1\n##   x\n##\n##   y\ndef f() = 1\n"
    ),
    (
      .program, "model M() {\n  ## One.\n  ##   pmm> 1\n  def f() = 1\n}\n", [["1\n\n2"]],
      "model M() {\n  ## One.\n  ##   pmm> 1\n  ##   1\n  ##\n  ##   2\n  def f() = 1\n}\n"
    ),
  ])
  func whatIsPrintedIsPutInPlace(_ form: SessionFile.Form, _ text: String, _ printed: [[String]], _ recorded: String) {
    let file = SessionFile(path: "t", text: text, form: form, library: "none")
    #expect(file.sessions.count == 1)
    #expect(file.recorded(printed) == recorded)
  }
}
