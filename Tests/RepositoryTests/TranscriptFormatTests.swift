import TestKit
import Testing

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
}
