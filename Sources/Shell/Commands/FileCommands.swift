import Diagnostics
import Interpreter
import Syntax

extension Command {
  static let files = [
    Command(
      "run", "f.pmm [cell]", "Runs a script, or one cell of it by number or title, with the names of the session.",
      example: "%run prepare.pmm 2", takes: .files
    ) { session, text in try session.run(text) },
    Command(
      "cells", "f.pmm", "Lists the cells of a script, which begin with lines such as `# %% title`.",
      example: "%cells prepare.pmm", takes: .files
    ) { session, text in try session.listCells(text) },
  ]
}

extension Session {
  func listCells(_ path: String) throws {
    let cells = ScriptCell.all(in: try TextFile.read(path))
    let rows = cells.map { cell in
      // The words of a cell say what it is where it has no title.
      let words = cell.prose.first { !$0.isEmpty } ?? ""
      let title = cell.title.isEmpty ? words : cell.title
      return ["\(cell.number)", "line \(cell.line)", cell.isProse ? "text" : "", title]
    }
    if rows.isEmpty { machine.output("\(path) is empty") }
    for line in Self.columns(rows) { machine.output(line) }
  }

  func run(_ text: String) throws {
    let words = text.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
    guard let path = words.first else {
      throw Failure(.wrongArguments, "%run needs a script", tries: ["%run f.pmm", "%run f.pmm 2"])
    }
    let whole = try TextFile.read(path)
    guard words.count > 1 else { return try enterWhole(whole, named: path) }
    let wanted = words[1].trimmed
    let cells = ScriptCell.all(in: whole)
    let found = cells.filter { Int(wanted) == $0.number || $0.title == wanted }
    let near = found.isEmpty ? cells.filter { $0.title.lowercased().contains(wanted.lowercased()) } : found
    guard near.count == 1, let cell = near.first else {
      throw Failure(
        .unknownName, "\(path) has \(near.isEmpty ? "no" : "more than one") cell `\(wanted)`",
        tries: ["%cells \(path)"] + near.prefix(3).map { "%run \(path) \($0.number)" })
    }
    // Blank lines stand for what is left out, so that messages name the file's lines.
    let before = String(repeating: "\n", count: cell.line - 1)
    try enterWhole(before + cell.lines.joined(separator: "\n"), named: path)
  }

  /// Runs a text that no further line can complete.
  func enterWhole(_ text: String, named name: String) throws {
    do { try enter(text, named: name) } catch let incomplete as Incomplete {
      throw Rejection(incomplete.diagnostics)
    }
  }
}
