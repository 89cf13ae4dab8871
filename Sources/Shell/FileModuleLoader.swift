package import Diagnostics
import Foundation
import Interpreter

/// Finds modules on disk: beside the file that imports, in the current folder, then in the standard library.
package final class FileModuleLoader: ModuleLoader {
  private let library: String

  /// - Parameter library: folder of the standard library's `.pmm` files.
  package init(library: String) { self.library = library }

  package func source(of path: [String], importedBy importer: SourceText) -> (source: SourceText, isStandard: Bool)? {
    let relative = path.joined(separator: "/") + ".pmm"
    let isLibrary = importer.name.hasPrefix(Machine.libraryPrefix)
    if !isLibrary {
      let slash = importer.name.lastIndex(of: "/")
      let folder = slash.map { String(importer.name[...$0]) } ?? ""
      for candidate in folder.isEmpty ? [relative] : [folder + relative, relative] {
        if let text = Self.read(candidate) { return (SourceText(name: candidate, text: text), false) }
      }
    }
    guard let text = Self.read(library + "/" + relative) else { return nil }
    return (SourceText(name: Machine.libraryPrefix + relative, text: text), true)
  }

  /// The text of a file; nil when it is missing, no regular file, or no UTF-8 text of at most 16 MiB.
  package static func read(_ path: String) -> String? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let type = attributes[.type] as? FileAttributeType, type == .typeRegular || type == .typeSymbolicLink,
      let size = attributes[.size] as? Int, size <= 16_777_216, let data = FileManager.default.contents(atPath: path)
    else { return nil }
    return String(data: data, encoding: .utf8)
  }
}
