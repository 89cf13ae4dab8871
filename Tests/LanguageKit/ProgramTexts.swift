import Foundation
import TestKit
import Transcripts

/// Programs to try things on: every file of the language in the repository, and what sessions type.
package enum ProgramTexts {
  package struct Program: Sendable {
    /// Relative to the project's root.
    package let path: String
    package let text: String
  }

  /// Every `.pmm` file of the repository.
  package static func files() throws -> [Program] {
    try below("stdlib", ending: "pmm") + below("scripts", ending: "pmm")
  }

  /// Those files, and the drafts beside the repository where they are.
  package static func filesAndDrafts() throws -> [Program] {
    var found = try files()
    if let drafts = SharedFolder.url("design/sketch") {
      for url in try FileManager.default.contentsOfDirectory(at: drafts, includingPropertiesForKeys: nil)
        .sorted(by: { $0.path < $1.path }) where url.pathExtension == "pmm"
      {
        found.append(Program(path: url.lastPathComponent, text: try String(contentsOf: url, encoding: .utf8)))
      }
    }
    return found
  }

  /// What is typed in the transcripts, each entry a program.
  package static func entries() throws -> [Program] {
    try below("Tests/Transcripts", ending: "txt").flatMap { file in
      Transcript.parse(file.text).entries.map { Program(path: "\(file.path):\($0.line)", text: $0.input) }
    }
  }

  /// One file of the project.
  package static func file(_ path: String) throws -> Program {
    let url = SharedFolder.projectRoot.appendingPathComponent(path)
    return Program(path: path, text: try String(contentsOf: url, encoding: .utf8))
  }

  /// Files below a folder of the project whose names have this ending, in order of their paths.
  package static func below(_ folder: String, ending: String) throws -> [Program] {
    let root = SharedFolder.projectRoot
    let enumerator = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    var paths: [String] = []
    while let path = enumerator?.nextObject() as? String {
      if path.hasSuffix("." + ending) { paths.append("\(folder)/\(path)") }
    }
    return try paths.sorted().map(file)
  }
}
