import Checkpoint
import Foundation
import LanguageKit
import Recommendation
import TestKit
import Testing

/// A kept cell is a file that anybody may have written: it gives a value or is computed again, and never stops the program.
struct HostileCellTests {
  private static let program = """
    from pmmrec import PMMRec
    from losses import dap
    w = world("tgtS", seed = 1, items = 40, users = 20)
    def small() = PMMRec(width = 8, layers = 1) without {nid_head, vision}
    t = grid k in [1] {
      run = train(small(), w, dap, epochs = 1)
      {
        run: run, s: evaluate(run.model, w.test, [hr(5)]), r: 1..2, p: .text, f: [0.5, 1.5], a: d(4), m: hr(3)
        t: mean(grid a in [1, 2], seed in 1..2 { {x: a * seed} }, over = "seed"), z: freeze(run.model, .text)
      }
    }
    print(t.run[0].model.text.embed.weight, t.s[0]["hr@5"])
    show(t)
    show(t.t[0])
    print(t.run[0].log.loss, t.run[0].last)
    show(parts(t.z[0]))
    print(evaluate(t.z[0], w.test, [hr(5)]))
    """

  /// The only cell in a folder.
  private static func cell(_ folder: ScratchFolder) throws -> String {
    let name = try folder.names.first { $0.hasPrefix("grid-") }
    return folder.file(try #require(name))
  }

  /// What is printed but for news of the cache and of trainings.
  private static func results(_ printed: String) -> [Substring] {
    printed.split(separator: "\n").filter { line in !["note: ", "grid: ", "epoch "].contains { line.hasPrefix($0) } }
  }

  @Test func anyBytesAreAnswered() throws {
    let folder = try ScratchFolder()
    let first = try Dialogue.print(Self.program, cells: folder.path)
    #expect(first.contains("best epoch") && !first.contains("error["), "\(first)")
    let path = try Self.cell(folder)
    let bytes = try Bytes.read(path)
    var random = SeededGenerator(seed: 11)
    for turn in 0..<16 {
      var changed = bytes
      if turn % 4 == 0 { changed.removeLast(Int.random(in: 1..<changed.count, using: &random)) }
      for _ in 0...turn where !changed.isEmpty {
        changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try Data(changed).write(to: URL(fileURLWithPath: path))
      let printed = try Dialogue.print(Self.program, cells: folder.path)
      #expect(!printed.contains("error["), "\(printed)")
      #expect(Self.results(printed) == Self.results(first))
    }
  }

  @Test func anyDescriptionIsAnswered() throws {
    let folder = try ScratchFolder()
    _ = try Dialogue.print(Self.program, cells: folder.path)
    let path = try Self.cell(folder)
    let whole = try CheckpointFile.read(path: path)
    let outer = try #require(Self.parsed(whole.metadataJSON) as? [String: Any])
    let described = try #require(outer["content"] as? String)
    let content = try #require(Self.parsed(described))
    var random = SeededGenerator(seed: 12)
    for _ in 0..<50 {
      var places: [[Any]] = []
      Self.gather(content, [], &places)
      let place = try #require(places.randomElement(using: &random))
      let new: Any =
        [
          NSNull(), true, -1, Int.max, 0, 7, "x", "", "0000000000000000", [Any](), [[1, 2]], [String: Any](),
          ["object": 0], ["object": 3], ["floats": "00"],
        ].randomElement(using: &random) ?? 0
      let text = try Self.text(Self.replaced(content, place[...], new))
      var file = whole
      file.metadataJSON = try Self.text(["content": text, "sha256": SHA256.hex(Array(text.utf8))])
      try file.write(to: path)
      let printed = try Dialogue.print(Self.program, cells: folder.path)
      // What fits may be another value, which the lines after the grid may refuse in words.
      #expect(!printed.contains("error[internal"), "\(place) = \(new): \(printed)")
    }
  }

  /// A score as cells had it before cases were named is computed again and not taken for one of today.
  @Test func anEarlierLayoutIsComputedAgain() throws {
    let folder = try ScratchFolder()
    let first = try Dialogue.print(Self.program, cells: folder.path)
    let path = try Self.cell(folder)
    var file = try CheckpointFile.read(path: path)
    let outer = try #require(Self.parsed(file.metadataJSON) as? [String: Any])
    let described = try #require(outer["content"] as? String)
    var content = try #require(Self.parsed(described) as? [String: Any])
    var objects = try #require(content["objects"] as? [[String: Any]])
    let place = try #require(objects.firstIndex { $0["kind"] as? String == "score" })
    for name in ["part", "means", "candidates", "ties", "seconds"] {
      #expect(objects[place].removeValue(forKey: name) != nil, "no \(name) is kept")
    }
    let metrics = try #require(objects[place]["metrics"] as? [[Any]])
    objects[place]["metrics"] = metrics.map { Array($0.prefix(2)) }
    content["objects"] = objects
    let text = try Self.text(content)
    file.metadataJSON = try Self.text(["content": text, "sha256": SHA256.hex(Array(text.utf8))])
    try file.write(to: path)
    let printed = try Dialogue.print(Self.program, cells: folder.path)
    #expect(!printed.contains("grid: 1 of 1 cells from"), "\(printed)")
    #expect(Self.results(printed) == Self.results(first))
  }

  private static func parsed(_ text: String) -> Any? { try? JSONSerialization.jsonObject(with: Data(text.utf8)) }

  private static func text(_ json: Any) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: json, options: [.sortedKeys]), as: UTF8.self)
  }

  private static func gather(_ json: Any, _ path: [Any], _ found: inout [[Any]]) {
    if !path.isEmpty { found.append(path) }
    if let fields = json as? [String: Any] {
      for name in fields.keys.sorted() { gather(fields[name] ?? 0, path + [name], &found) }
    } else if let values = json as? [Any] {
      for (index, value) in values.enumerated().prefix(30) { gather(value, path + [index], &found) }
    }
  }

  private static func replaced(_ json: Any, _ path: ArraySlice<Any>, _ new: Any) -> Any {
    guard let step = path.first else { return new }
    if var fields = json as? [String: Any], let name = step as? String, let old = fields[name] {
      fields[name] = replaced(old, path.dropFirst(), new)
      return fields
    }
    if var values = json as? [Any], let index = step as? Int, values.indices.contains(index) {
      values[index] = replaced(values[index], path.dropFirst(), new)
      return values
    }
    return json
  }
}
