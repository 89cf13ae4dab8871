import Foundation
import TestKit
import Testing

/// `pmm doc` and `pmm doc --check`.
struct DocCommandTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: program.folder.file(name), encoding: .utf8)
  }

  @Test func pagesAreWrittenFromTheDeclarations() throws {
    try program.folder.write(
      "pages/grammar.ebnf", "(* Words. *)\n\na = b ;  (* why *)\n\n(* ---- Lexical ----\n\nL1 one *)\n")
    try program.folder.write("Tests/Transcripts/errors/a.txt", "pmm> fail(\"no\")\nerror[failed]: no\n")
    let outcome = try program.run("doc", "pages")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let index = try text("pages/builtins.md")
    #expect(index.contains("| [`softplus`](builtins/elementwise.md#softplus) |"))
    let tables = try text("pages/builtins/reductions.md")
    #expect(tables.contains("```pmm\npmm> "))
    let layers = try text("pages/stdlib/layers.md")
    for text in [
      "## Linear", "model Linear(a, b, bias = true, init = xavier_normal(), act = none)",
      "pmm> from layers import Linear\npmm> axes(",
      "def unit(x, over = d)\n",
    ] { #expect(layers.contains(text), "\(layers)") }
    #expect(try text("pages/diagnostics/failed.md").contains("error[failed]: no"))
    let grammar = try text("pages/grammar.md")
    #expect(grammar.contains("Words.\n\n```ebnf\na = b ;  (* why *)\n```\n\n## Words") && grammar.contains("L1 one"))
    #expect(try program.run("doc", "--check", "pages").status == 0)
  }

  @Test func stalePagesAreNamed() throws {
    #expect(try program.run("doc", "pages").status == 0)
    try program.folder.write("pages/stdlib/losses.md", "changed by hand\n")
    try program.folder.write("pages/stdlib/old.md", try text("pages/stdlib/users.md"))
    try program.folder.write("pages/own.md", "# Mine\n")
    let stale = try program.run("doc", "--check", "pages")
    #expect(stale.status == 1)
    #expect(stale.output == "not current: pages/stdlib/losses.md\nno longer a page: pages/stdlib/old.md\n")
    #expect(stale.errors.contains("scripts/pmm doc"))
    #expect(try program.run("doc", "pages").status == 0)
    #expect(try program.run("doc", "--check", "pages").status == 0)
    #expect(!FileManager.default.fileExists(atPath: program.folder.file("pages/stdlib/old.md")))
    #expect(try text("pages/own.md") == "# Mine\n")
  }

  @Test func helpWithoutANameShowsTheFamilies() throws {
    let outcome = try program.run("help")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("\nOver an axis\n  ") && outcome.output.contains("\nTraining\n  "))
  }
}
