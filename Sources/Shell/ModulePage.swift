import Diagnostics
import Syntax

/// The page of a file of the standard library.
struct ModulePage {
  private let module: ReferencePages.Module
  private let source: SourceText
  private let program: Program

  init(_ module: ReferencePages.Module) {
    self.module = module
    source = SourceText(name: module.name, text: module.text)
    program = Parser.parse(source)
  }

  /// What the file says of itself: its first `##` lines, where a blank line parts them from what follows.
  private var opening: String {
    let lines = module.text.split(separator: "\n", omittingEmptySubsequences: false)
    let head = lines.prefix { $0.hasPrefix("##") }
    guard head.count < lines.count, lines[head.count].isEmpty else { return "" }
    return head.map { String($0.dropFirst($0.hasPrefix("## ") ? 3 : 2)) }.joined(separator: "\n")
  }

  var summary: String {
    let text = opening.isEmpty ? "" : opening.split(separator: "\n").joined(separator: " ")
    guard let end = text.firstRange(of: ". ") else { return text }
    return String(text[..<end.lowerBound]) + "."
  }

  var text: String {
    let declarations = program.statements.compactMap(declaration)
    let body =
      declarations.isEmpty ? [ReferencePages.fenced(module.text.trimmed, "text")] : declarations
    return ReferencePages.joined(module.name, [opening] + body)
  }

  private func declaration(_ statement: Statement) -> String? {
    switch statement.kind {
    case .model(let local, let tree):
      guard !local.name.text.hasPrefix("_") else { return nil }
      let methods = tree.members.compactMap { member -> String? in
        guard case .method(let method) = member, let documentation = method.documentation else { return nil }
        return "- `\(signature(method))`: \(documentation.split(separator: "\n").joined(separator: " "))"
      }
      return section("model", local.name.text, header(of: tree), tree.documentation, methods)
    case .loss(let local, let tree), .define(let local, let tree):
      guard !local.name.text.hasPrefix("_") else { return nil }
      var kind = "def"
      if case .loss = statement.kind { kind = "loss" }
      return section(kind, local.name.text, signature(tree), tree.documentation, [])
    case .importModule, .importNames, .axis, .type, .bind, .update, .loop, .whileLoop, .returnValue, .expression:
      return nil
    }
  }

  private func section(
    _ kind: String, _ name: String, _ signature: String, _ documentation: String?, _ methods: [String]
  ) -> String {
    var parts = ["## \(name)", ReferencePages.fenced("\(kind) \(signature)", "")]
    var prose: [String] = []
    var example: [String] = []
    let finish = { (prose: inout [String], example: inout [String]) in
      if prose.contains(where: { !$0.isEmpty }) { parts.append(prose.joined(separator: "\n").trimmed) }
      if !example.isEmpty { parts.append(ReferencePages.fenced(session(example, name), "pmm")) }
      (prose, example) = ([], [])
    }
    for line in (documentation ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("  ") {
        example.append(String(line.dropFirst(2)))
      } else if line.isEmpty, !example.isEmpty {
        example.append("")
      } else {
        if !example.isEmpty { finish(&prose, &example) }
        prose.append(String(line))
      }
    }
    finish(&prose, &example)
    if !methods.isEmpty { parts.append(methods.joined(separator: "\n")) }
    return parts.joined(separator: "\n\n")
  }

  /// An example that stands on its own: what it takes from its own file is imported first.
  private func session(_ lines: [String], _ name: String) -> String {
    let text = lines.joined(separator: "\n").trimmed
    guard !text.contains("import ") else { return text }
    let words = Set(Lexer(SourceText(name: "", text: text)).tokens.filter { $0.kind == .name }.map(\.text))
    let names = program.statements.compactMap { statement -> String? in
      switch statement.kind {
      case .model(let local, _), .loss(let local, _), .define(let local, _):
        words.contains(local.name.text) ? local.name.text : nil
      case .importModule, .importNames, .axis, .type, .bind, .update, .loop, .whileLoop, .returnValue, .expression: nil
      }
    }
    return names.isEmpty ? text : "pmm> from \(module.name) import \(names.joined(separator: ", "))\n" + text
  }

  // MARK: Signatures

  private func signature(_ tree: FunctionTree) -> String {
    var text = source.slice(tree.name.span.start..<tree.body.span.start).squeezed
    if text.hasSuffix("=") { text = text.dropLast().description.trimmed }
    return text
  }

  /// The name and what stands in the parentheses.
  private func header(of tree: ModelTree) -> String {
    var depth = 0
    let tokens = Lexer(source).tokens.drop { $0.start < tree.name.span.start }
    let end = tokens.first { token in
      if token.kind == .symbol, token.text == "(" { depth += 1 }
      if token.kind == .symbol, token.text == ")" { depth -= 1 }
      return depth == 0 && token.kind == .symbol && token.text == ")"
    }
    return source.slice(tree.name.span.start..<(end?.end ?? tree.name.span.end)).squeezed
  }
}

extension String {
  /// On one line, a blank for each run of blanks.
  fileprivate var squeezed: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
