import Diagnostics
import Foundation
import Syntax
import TestKit
import Testing

/// The program `swift`, where it is on the path.
private let swiftProgram = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  .map { String($0) + "/swift" }.first { FileManager.default.isExecutableFile(atPath: $0) }

/// What CONTRIBUTING.md asks for, as tests; each makes sure that it looked at something.
struct HouseRuleTests {
  @Test func noFileIsLongerThan500Lines() throws {
    let files = try Repository.files(["swift", "c", "h", "pmm", "py", "md", ""])
    #expect(files.count > 20)
    for file in files where file.path != "LICENSE" {
      #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines: split it by ideas")
    }
  }

  @Test func importsAreNamedInTheManifest() throws {
    let manifest = try Manifest(
      String(contentsOf: Repository.root.appendingPathComponent("Package.swift"), encoding: .utf8))
    #expect(manifest.targets.count > 15)
    var checked = 0
    for file in try Repository.files(["swift"]) {
      guard let target = manifest.target(of: file.path) else { continue }
      for (number, line) in file.lines.enumerated() {
        guard let module = Self.imported(line), manifest.targets[module] != nil else { continue }
        checked += 1
        #expect(
          manifest.targets[target]?.contains(module) == true,
          "\(file.path):\(number + 1): \(target) imports \(module), but Package.swift does not say so")
      }
    }
    #expect(checked > 10)
  }

  /// The module of an import line.
  private static func imported(_ line: Substring) -> String? {
    let words = line.split(separator: " ")
    guard !line.hasPrefix(" "), let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count else {
      return nil
    }
    return words.last.map(String.init)
  }

  @Test(.enabled(if: swiftProgram != nil, "needs the program `swift` on the path"))
  func everySwiftFileIsFormatted() throws {
    let program = try #require(swiftProgram)
    let folders = ["Package.swift", "Sources", "Tests", "stdlib"]
    #expect(try Repository.files(["swift"]).count > 20)
    do {
      _ = try Subprocess.run(program, ["format", "lint", "-s", "-r", "-p"] + folders, in: Repository.root)
    } catch let failure as Subprocess.Failure {
      Issue.record("run scripts/format; what it cannot mend is told here:\n\(failure.output.prefix(4000))")
    }
  }

  @Test func everyProgramIsFormatted() throws {
    let files = try Repository.files(["pmm"])
    #expect(files.count >= 15)
    for file in files {
      guard case .formatted(file.text) = Formatter.format(SourceText(name: file.path, text: file.text)) else {
        Issue.record("\(file.path) is not in form: run scripts/pmm format \(file.path)")
        continue
      }
    }
  }

  @Test func linksInDocumentsLeadSomewhere() throws {
    let documents = try Repository.files(["md"]).filter { !$0.path.hasPrefix("Tests/") }
    #expect(documents.count >= 4)
    var checked = 0
    for document in documents {
      for link in Self.links(document.text)
      where !link.contains("://") && !link.hasPrefix("#") && !link.hasPrefix("mailto:") {
        checked += 1
        let path = String(link.prefix { $0 != "#" })
        let folder = Repository.root.appendingPathComponent(document.path).deletingLastPathComponent()
        #expect(
          FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path),
          "\(document.path) points to \(link), which is not there")
      }
    }
    #expect(checked > 5)
  }

  /// Targets of `[text](target)`, code blocks left out.
  private static func links(_ markdown: String) -> [String] {
    var isCode = false
    var found: [String] = []
    for line in markdown.split(separator: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      if isCode { continue }
      for part in line.components(separatedBy: "](").dropFirst() { found.append(String(part.prefix { $0 != ")" })) }
    }
    return found
  }

  @Test func noFileNamesThePathsOfOneMachine() throws {
    // Put together here, so that this file does not find itself.
    let roots = ["work", "root", "home", "Users"].map { "/" + $0 + "/" }
    let files = try Repository.files(["swift", "c", "h", "pmm", "py", "md", "json", "modulemap", ""])
    #expect(files.count > 20)
    for file in files {
      for (number, line) in file.lines.enumerated() {
        for root in roots where line.contains(root) {
          Issue.record("\(file.path):\(number + 1) names \(root): paths are relative to the project")
        }
      }
    }
  }

  @Test func scriptsStopAtTheFirstFailure() throws {
    let scripts = try Repository.files([""]).filter { $0.path.hasPrefix("scripts/") || $0.path.hasPrefix(".ci/") }
    #expect(scripts.count >= 8)
    for script in scripts where script.lines.first?.hasSuffix("bash") == true {
      #expect(script.text.contains("\nset -euo pipefail\n"), "\(script.path) must `set -euo pipefail`")
      #expect(!script.text.contains("|| " + "true"), "\(script.path) hides a failure")
      #expect(
        FileManager.default.isExecutableFile(atPath: Repository.root.appendingPathComponent(script.path).path),
        "\(script.path) is not executable")
    }
  }
}
