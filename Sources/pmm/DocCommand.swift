import ArgumentParser
import Builtins
import Diagnostics
import Foundation
import Interpreter
import Shell
import Transcripts

struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "Write the reference as Markdown: builtins, standard library, grammar, diagnostics.",
    discussion: "Run it in the project's folder, whose grammar and recorded messages the pages show.")
  @Flag(help: "Name the pages that are not current, write nothing, and fail if there are any.") var check = false
  @Argument(help: "The folder of the reference.") var folder = "docs/reference"

  func run() throws {
    let (folder, isCheck) = (folder, check)
    throw ExitCode(
      Runtime.onDeepStack {
        do { return try Self.write(folder, isCheck: isCheck) } catch { return Runtime.report(error) }
      })
  }

  private static func write(_ folder: String, isCheck: Bool) throws -> Int32 {
    let pages = try pages(grammar: FileModuleLoader.read(folder + "/grammar.ebnf")).all
    var changed = 0
    for page in pages {
      let path = "\(folder)/\(page.path)"
      guard FileModuleLoader.read(path) != page.text else { continue }
      changed += 1
      if isCheck { Console.out("not current: \(path)") } else { try Scripts.write(page.text, to: path) }
    }
    for path in left(in: folder, besides: Set(pages.map(\.path))) {
      changed += 1
      if isCheck {
        Console.out("no longer a page: \(path)")
      } else {
        do { try FileManager.default.removeItem(atPath: path) } catch {
          throw Failure(.file, "cannot remove \(path), which is no longer a page")
        }
      }
    }
    Console.error("\(pages.count) pages, \(changed) \(isCheck ? "not current" : "changed")")
    if isCheck, changed > 0 { Console.error("scripts/pmm doc brings them up to date") }
    return isCheck && changed > 0 ? 1 : 0
  }

  /// Pages that an earlier run wrote and this one does not.
  private static func left(in folder: String, besides pages: Set<String>) -> [String] {
    var found: [String] = []
    let files = FileManager.default.enumerator(atPath: folder)
    while let path = files?.nextObject() as? String {
      guard path.hasSuffix(".md"), !pages.contains(path) else { continue }
      if FileModuleLoader.read("\(folder)/\(path)")?.hasPrefix(ReferencePages.mark) ?? false {
        found.append("\(folder)/\(path)")
      }
    }
    return found.sorted()
  }

  private static func pages(grammar: String?) throws -> ReferencePages {
    let library = try Runtime.library()
    let names = try FileManager.default.contentsOfDirectory(atPath: library).filter { $0.hasSuffix(".pmm") }.sorted()
    let modules = try names.map {
      ReferencePages.Module(name: String($0.dropLast(".pmm".count)), text: try Scripts.text(of: "\(library)/\($0)"))
    }
    return ReferencePages(families: Catalog.families, modules: modules, examples: messages(), grammar: grammar)
  }

  /// The shortest recorded message of each code.
  private static func messages() -> [DiagnosticCode: ReferencePages.Example] {
    let folder = "Tests/Transcripts/errors"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".txt") }
    if names.isEmpty { Console.error("no transcripts in \(folder), so no page shows a message") }
    var found: [DiagnosticCode: ReferencePages.Example] = [:]
    for name in names.sorted() {
      let place = "\(folder)/\(name)"
      for entry in Transcript.parse(FileModuleLoader.read(place) ?? "").entries {
        for code in DiagnosticCode.allCases where entry.output.hasPrefix("error[\(code.rawValue)]") {
          if let other = found[code], other.printed.count <= entry.output.count { continue }
          found[code] = ReferencePages.Example(typed: entry.input, printed: entry.output, place: place)
        }
      }
    }
    return found
  }
}
