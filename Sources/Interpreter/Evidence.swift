/// What numbers rest on: seeds, protocols of evaluations and data, each once, in order of first appearance.
package struct Evidence: Equatable, Sendable {
  /// Data by name; equal fingerprints mean equal contents.
  package struct Source: Hashable, Sendable {
    package let name: String
    package let fingerprint: String

    package init(name: String, fingerprint: String) {
      self.name = name
      self.fingerprint = fingerprint
    }
  }

  package private(set) var seeds: [Int] = []
  package private(set) var protocols: [String] = []
  package private(set) var sources: [Source] = []

  package init(seeds: [Int] = [], protocols: [String] = [], sources: [Source] = []) {
    for seed in seeds { add(seed: seed) }
    for text in protocols where !self.protocols.contains(text) { self.protocols.append(text) }
    for source in sources where !self.sources.contains(source) { self.sources.append(source) }
  }

  package mutating func add(seed: Int) { if !seeds.contains(seed) { seeds.append(seed) } }

  package mutating func add(_ other: Evidence) {
    self = Evidence(
      seeds: seeds + other.seeds, protocols: protocols + other.protocols, sources: sources + other.sources)
  }

  /// What a value says of itself, and what the fields of a record say.
  package mutating func add(_ value: Value) {
    switch value {
    case .object(let object): if let stated = object as? any EvidenceStated { add(stated.evidence) }
    case .record(let record) where record.kind == "record":
      for (_, field) in (try? record.fields()) ?? [] { add(field) }
    default: break
    }
  }

  package func adding(_ other: Evidence) -> Evidence {
    var sum = self
    sum.add(other)
    return sum
  }
}

/// A value that knows what its numbers came from.
package protocol EvidenceStated: LanguageObject {
  var evidence: Evidence { get }
}

extension Table: EvidenceStated {}
