import Diagnostics
import Interpreter
import Recommendation
import TensorCore

extension Platform {
  /// A platform of the synthetic world; with users to test on, they alone are the test part.
  convenience init(_ world: World) {
    let fingerprint = "world \(String(world.digest, radix: 16)) \(world.settings.text)"
    self.init(
      name: world.platform.rawValue, items: WorldItems(world),
      log: EventLog(
        userIDs: world.users.indices.map { "\($0)" }, sequences: world.users.map(\.items), itemCount: world.itemCount),
      testSequences: world.testUsers.isEmpty ? nil : world.testUsers.map(\.items),
      fingerprint: fingerprint, state: "\(fingerprint) seed \(world.seed)",
      // Switches and users leave it the same item, whatever it looks like.
      itemsFingerprint: "world \(world.platform.rawValue), seed \(world.seed), \(world.itemCount) items",
      ceilings: WorldCeilings(world))
  }
}

extension WorldSettings {
  /// The settings that are not the usual ones, as keywords of `world`.
  fileprivate var text: String {
    let usual = WorldSettings()
    var words: [String] = []
    func add<T: Equatable>(_ name: String, _ setting: KeyPath<WorldSettings, T>) {
      if self[keyPath: setting] != usual[keyPath: setting] { words.append("\(name) = \(self[keyPath: setting])") }
    }
    func add(_ name: String, _ count: KeyPath<WorldSettings, Int?>) {
      if let count = self[keyPath: count] { words.append("\(name) = \(count)") }
    }
    add("test_users", \.testUsers)
    add("items", \.items)
    add("users", \.users)
    add("image", \.imageSize)
    add("patch", \.patch)
    add("fillers", \.fillers)
    add("scale", \.targetScale)
    add("copied", \.copiesImageFactor)
    add("disjoint", \.separatesDialects)
    add("clean", \.isClean)
    add("directed", \.isDirected)
    add("permuted", \.permutesContent)
    return words.isEmpty ? "with the usual settings" : words.joined(separator: ", ")
  }
}

extension World {
  /// What nobody but the world can know, as lists over items; of each user the items met (their rows in the catalogue),
  /// oldest first, and whether each of these steps was noise.
  var truth: Record {
    func numbers(_ value: (WorldFactors) -> Int) -> Value { .list(factors.map { .int(value($0)) }) }
    return Record([
      ("x", numbers(\.x)), ("y", numbers(\.y)), ("c1", numbers(\.c1)), ("c2", numbers(\.c2)),
      ("weight", .list(weights.map { .float($0) })), ("late", .list(isLate.map { .bool($0) })),
      ("text_of", .list(textOf.map { .int(Int($0)) })), ("image_of", .list(imageOf.map { .int(Int($0)) })),
      ("text", .list(factors.indices.map { .string(text(of: $0)) })),
      ("histories", .list(users.map { .list($0.items.map { .int(Int($0)) }) })),
      ("test_histories", .list(testUsers.map { .list($0.items.map { .int(Int($0)) }) })),
      ("noise", .list(users.map { .list($0.isNoise.map { .bool($0) }) })),
    ])
  }
}

extension Catalog {
  static var worlds: [Builtin] {
    [
      Builtin(
        "world",
        """
        A platform of the synthetic world, whose truth is known: srcV, srcS, tgtV, tgtS, srcV2 or srcS2. Scores on it \
        show the ceiling, what the best possible recommender gets; `.test.late` are the test cases of items that training \
        cannot have met. `test_users` fresh users are only tested on. \
        Switches make claims false: `copied` puts the image's factor into the text, `disjoint` gives targets other \
        words and hues, `clean` takes all noise away, `directed` makes steps lead elsewhere, `permuted` shuffles the \
        items' content; `scale` enlarges targets. \
        `.truth` of it holds what the items are and which steps were noise.
        """,
        BuiltinParameter<String>("platform"), BuiltinParameter<Int?>("seed", default: .none, shown: "the cell's"),
        BuiltinParameter<Int>("test_users", default: 0, shown: "0"),
        BuiltinParameter<Int?>("items", default: .none, shown: "the platform's"),
        BuiltinParameter<Int?>("users", default: .none, shown: "the platform's"),
        BuiltinParameter<Int>("image", default: 24, shown: "24"),
        BuiltinParameter<Int>("patch", default: 8, shown: "8"),
        BuiltinParameter<Int>("fillers", default: 4, shown: "4"),
        BuiltinParameter<Int>("scale", default: 1, shown: "1"),
        BuiltinParameter<Bool>("copied", default: false, shown: "false"),
        BuiltinParameter<Bool>("disjoint", default: false, shown: "false"),
        BuiltinParameter<Bool>("clean", default: false, shown: "false"),
        BuiltinParameter<Bool>("directed", default: false, shown: "false"),
        BuiltinParameter<Bool>("permuted", default: false, shown: "false"),
        examples: "pmm> world(\"tgtS\", seed = 1).users\n400"
      ) {
        call, name, seed, testUsers, items, users, image, patch, fillers, scale, copied, disjoint, clean, directed,
        permuted -> Value in
        guard let platform = WorldPlatform(rawValue: name) else {
          throw call.fail(
            .outOfRange, "the world has no platform \"\(name)\"", argument: 0,
            tries: WorldPlatform.allCases.map { "\"\($0.rawValue)\"" })
        }
        var settings = WorldSettings()
        settings.testUsers = testUsers
        (settings.items, settings.users, settings.targetScale) = (items, users, scale)
        (settings.imageSize, settings.patch, settings.fillers) = (image, patch, fillers)
        (settings.copiesImageFactor, settings.separatesDialects) = (copied, disjoint)
        (settings.isClean, settings.isDirected, settings.permutesContent) = (clean, directed, permuted)
        do {
          let world = try World.generate(
            platform, seed: seed.map { UInt64(bitPattern: Int64($0)) } ?? call.machine.seed, settings: settings,
            interrupted: { Interrupts.isPending })
          return .object(DataSet(Platform(world), call.machine))
        } catch let error as DataError {
          if error.code == "interrupted" { throw Failure(.interrupted, "interrupted", at: call.span) }
          throw call.fail(.outOfRange, error.message, tries: error.suggestion.map { [$0] } ?? [])
        }
      }
    ]
  }
}
