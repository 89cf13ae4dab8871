import Foundation
import TensorFiles
import TestKit
import Testing

/// Every valid and every broken file of the generator beside the project, judged by its manifest.
struct SafetensorsZooTests {
  private static let generator = SharedFolder.url("tools/zoos/make_safetensors_zoo.py")
  private static let numpy = Python.withModules("numpy")

  private struct Manifest: Decodable {
    struct File: Decodable {
      let file: String
      let expect: String
      let datasets: [String: Dataset]
    }
    struct Dataset: Decodable {
      let shape: [Int]
    }
    let files: [File]
  }

  @Test(
    .enabled(if: generator != nil, Comment(rawValue: SharedFolder.absence)),
    .enabled(if: numpy != nil, "needs python3 with numpy"))
  func filesBehaveAsTheirManifestSays() throws {
    let folder = try ScratchFolder()
    let script = try #require(Self.generator).path
    try #require(Self.numpy).run(
      """
      import sys, runpy
      sys.dont_write_bytecode = True
      sys.path.insert(0, "\((script as NSString).deletingLastPathComponent)")
      sys.argv = ["make_safetensors_zoo.py", "\(folder.path)"]
      runpy.run_path("\(script)", run_name="__main__")
      """)
    let text = try Data(contentsOf: URL(fileURLWithPath: folder.file("manifest.json")))
    let manifest = try JSONDecoder().decode(Manifest.self, from: text)
    #expect(manifest.files.count >= 36)
    for file in manifest.files {
      do {
        let source = try SafetensorsFile.open(folder.file(file.file))
        #expect(file.expect != "error", "\(file.file) was accepted")
        for (name, dataset) in file.datasets {
          let entry = try #require(source.entries.first { "/" + $0.name == name }, "\(file.file): \(name)")
          #expect(entry.shape == dataset.shape)
          let values = try PlainReaderTests.values(source, entry.name)
          #expect(values.count == elementCount(dataset.shape))
        }
      } catch let error as FileError {
        #expect(file.expect != "reads", "\(file.file): \(error)")
        #expect(error.message.contains(file.file.split(separator: "/").last ?? ""), "\(error)")
      }
    }
  }
}
