import Foundation
import TestKit
import Testing

/// `pmm run --report` writes a page however a run ends, and nothing that a script or data hold becomes markup.
@Suite struct ReportTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  /// The page, after it was looked through.
  private func page(_ name: String = "page.html") throws -> String {
    let page = try String(contentsOfFile: program.folder.file(name), encoding: .utf8)
    let markup = PageMarkup(page)
    #expect(markup.elements.count > 20)
    #expect(markup.mistakes == [])
    #expect(markup.requests == [])
    #expect(markup.repeatedIDs == [])
    #expect(markup.lostLinks == [])
    let style = page.range(of: "<style>").flatMap { start in
      page.range(of: "</style>").map { page[start.upperBound..<$0.lowerBound] }
    }
    #expect(style.map { !$0.contains("url(") && !$0.contains("@import") && !$0.contains("//") } == true)
    return page
  }

  @Test func aRunIsAPage() throws {
    let script = """
      # What this is about,
      # in two lines.
      x = option("epochs", 3)

      # %% First steps
      # - one point with `code`
      # - another
      #
      # A paragraph.
      t = grid k in 1..3, name in ["a", "b"] { {loss: 1.0 / k} }
      show(t)
      print("x is", x)

      # %% A figure
      c = curve([3, 2, 1], title = "Down")
      show(c)
      from recommenders import SASRec
      show(diagram(SASRec(40, width = 8, layers = 1)))
      shop = world("tgtS", seed = 1, items = 40, users = 40)
      show(poster(shop, "i0001"))
      """
    let arguments = ["--report", "page.html", "--set", "epochs=1"]
    let outcome = try program.run(script: script, arguments)
    #expect(outcome.status == 0 && outcome.output.contains("x is 1"), "\(outcome.errors)")
    let page = try page()
    for words in [
      "<h1>script.pmm</h1>", "Ran to its end", "<p>What this is about,\nin two lines.</p>", ">First steps</h2>",
      "<li>one point with <code>code</code></li>", "<p>A paragraph.</p>", "<caption>6 rows by k and name</caption>",
      "<th scope=\"col\" class=\"number\">k</th>", "<th scope=\"row\">a</th>", "<td class=\"number\">0.5000</td>",
      "x is 1</pre>", "<title>Down</title>", "<desc>", "data:image/png;base64,", "id=\"line-11\"",
      "<span class=\"keyword\">grid</span>", "epochs = 1, given by --set", "tgtS: world ", "<dt>seed</dt><dd>0</dd>",
    ] {
      #expect(page.contains(words), "\(words) is missing")
    }
    #expect(!page.contains("<dt>processor</dt>"), "SOURCE_DATE_EPOCH asks for the same page each time")
    _ = try program.run(script: script, ["--report", "again.html", "--set", "epochs=1"])
    #expect(try self.page("again.html") == page)
  }

  @Test func nothingHostileBecomesMarkup() throws {
    let script = """
      # %% <script>alert(1)</script> & "title" 'x'
      # Words with <b>tags</b>, `code <i>` and "quotes\u{202E}".
      t = grid name in ["<img src=x onerror=alert(1)>", "a&b\\n</td>"] { {"</table><td onclick='x'>": 1.0} }
      show(t)
      print("</pre><script>alert(2)</script>", "\\u{7}\\u{1b}[31m")
      print("http://example.org/x.js")
      show(curve([1, 2, 3], title = "</title></svg><script>alert(3)</script>"))
      show(bars({"<g onload=x>": 1.0}))
      fail("</div><script src='https://example.org/y.js'></script>")
      """
    let outcome = try program.run(script: script, ["--report", "page.html"])
    #expect(outcome.status == 1)
    let page = try page()
    #expect(
      !page.contains("<script") && !page.contains("<img") && !page.contains("\u{202E}") && !page.contains("\u{1B}"))
    for words in [
      "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;title&quot; &#39;x&#39;", "\\u{202e}",
      "&lt;script&gt;alert(2)", "&lt;img src=x onerror=alert(1)&gt;", "&lt;script src=&#39;https:",
    ] {
      #expect(page.contains(words), "\(words) is missing")
    }
  }

  @Test func aFailureIsShownWhereItHappened() throws {
    let script = "def f(x) = x.missing\n# %% Go\nr = {z: 1}\nprint(\"before\")\nf(r)\nprint(\"after\")\n"
    let outcome = try program.run(script: script, ["--report", "page.html"])
    #expect(outcome.status == 1 && outcome.output == "before\n")
    let page = try page()
    for words in [
      "<strong>Failed</strong> at <a href=\"#line-5\">line 5</a>. What follows did not run.", "before</pre>",
      "<div class=\"message error\">", "<a href=\"#line-1\">line 1</a>", "error[unknown-field]",
      "<span id=\"line-5\" class=\"stop\">", "<span id=\"line-6\" class=\"left\">",
    ] {
      #expect(page.contains(words), "\(words) is missing")
    }
  }

  @Test(arguments: [("x = 1\nprint(\"a\nprint(2)\n", "line-2"), ("print(1)\nprint(nothing)\n", "line-2")])
  func whatNeverRanSaysSo(_ script: String, _ place: String) throws {
    let outcome = try program.run(script: script, ["--report", "page.html"])
    #expect(outcome.status == 1 && outcome.output == "")
    let page = try page()
    #expect(page.contains("<strong>Mistaken</strong> at <a href=\"#\(place)\">") && page.contains("Nothing ran."))
  }

  @Test(arguments: [
    ("x = (1\n\n", 1), ("x = (1", 1), ("model M() {\n", 1), ("\n\n# only words\n", 0), ("", 0), ("# %%\n", 0),
    ("# %% a\n# %% b\n\n\n", 0), ("\u{FEFF}print(1)\r\nprint(2)\r\n", 0), ("print(\"\"\"a\n# %% b\n\"\"\")\n", 1),
    ("# %% a\nx = [1,\n# %% b\n2]\nprint(x)\n", 0),
  ])
  func oddScriptsArePages(_ script: String, _ status: Int32) throws {
    let outcome = try program.run(script: script, ["--report", "page.html"])
    #expect(outcome.status == status, "\(outcome.errors)")
    let page = try page()
    #expect(page.contains(status == 0 ? "Ran to its end." : "Nothing ran."))
  }

  @Test func aStatementOfManyLinesIsMarkedWhole() throws {
    let outcome = try program.run(script: "x = [1,\n  2][\n  7]\nprint(1)\n", ["--report", "page.html"])
    #expect(outcome.status == 1)
    let page = try page()
    #expect(page.contains("<strong>Failed</strong> at <a href=\"#line-1\">"))
    for line in 1...3 { #expect(page.contains("<span id=\"line-\(line)\" class=\"stop\">")) }
    #expect(page.contains("<span id=\"line-4\" class=\"left\">"))
  }

  @Test func anUnknownOptionIsOnThePage() throws {
    let outcome = try program.run(script: "print(1)\n", ["--report", "page.html", "--set", "no=1"])
    #expect(outcome.status == 1)
    let page = try page()
    #expect(page.contains("Nothing ran.") && page.contains("error[unknown-option]"))
  }

  @Test func anInterruptedRunIsAPage() throws {
    let script = """
      from recommenders import SASRec
      from losses import dap
      print("begun")
      shop = world("tgtS", seed = 1, items = 40, users = 40)
      run = train(SASRec(40, width = 8, layers = 1), shop, dap, epochs = 1000000)
      print("never")
      """
    let outcome = try program.run(script: script, ["--report", "page.html"], interruptAfter: "epoch")
    #expect(outcome.status == 130 && outcome.output == "begun\n", "\(outcome.errors.suffix(300))")
    let page = try page()
    #expect(page.contains("<strong>Interrupted</strong> at <a href=\"#line-") && page.contains("begun</pre>"))
    #expect(!page.contains("never</pre>"))
  }

  @Test(arguments: ["page.txt", "script.pmm/page.html", "folder.html"])
  func aBadPathIsToldBeforeAnythingRuns(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: program.folder.file("folder.html"), withIntermediateDirectories: true)
    let outcome = try program.run(script: "print(1)\n", ["--report", path])
    #expect(outcome.status == 1 && outcome.output == "" && outcome.errors.contains("error[file]"), "\(outcome.errors)")
  }

  @Test func aPNGWithoutItsProgramSaysWhatIsMissing() throws {
    let outcome = try program.run(environment: ["PATH": "/nowhere"], "-e", "save(curve([1, 2]), \"x.png\")")
    #expect(outcome.status == 1 && outcome.errors.contains("librsvg2-bin"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: program.folder.file("x.png")))
  }

  @Test func noPageSaysWhereTheUserLives() throws {
    let home = program.folder.path
    try program.folder.write("deep/script.pmm", "print(\"\(home)/data\", \"\(home)\")\nopen(\"\(home)/none.h5\")\n")
    let outcome = try program.run(
      environment: ["HOME": home], "run", program.folder.file("deep/script.pmm"), "--report", "page.html")
    #expect(outcome.status == 1 && outcome.output.contains(home))
    let page = try page()
    #expect(!page.contains(home) && page.contains("~/data ~</pre>") && page.contains("--&gt; ~/deep/script.pmm:2"))
  }
}
