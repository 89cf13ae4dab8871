import Checkpoint
import Foundation
import TestKit
import Testing

private let layers = SharedFolder.url("golden/layers.h5")

struct HDF5ReaderTests {
  @Test(.enabled(if: layers != nil, Comment(rawValue: SharedFolder.absence)))
  func readsReferenceValues() throws {
    let file = try HDF5Reader.read(path: #require(layers).path)
    #expect(file.attributes["title"] == .text("layers and optimisers, float64"))
    let ranking = try #require(file.groups["ranking"])
    #expect(ranking.attributes["ties"] == .text("expected value over a uniformly random order of tied items"))
    let history = try #require(ranking.datasets["history"])
    #expect(history.isBool && !history.isInteger && history.shape == [40, 60])
    #expect(Set(history.doubles) == [0, 1])
    let target = try #require(ranking.datasets["target"])
    #expect(target.isInteger && target.shape == [40])
    #expect(ranking.datasets["hr@10"]?.shape == [])
    #expect(ranking.datasets["hr@10"]?.doubles.first == 0.15833333333333333)
  }

  @Test(.enabled(if: SharedFolder.url("golden/losses.h5") != nil, Comment(rawValue: SharedFolder.absence)))
  func readsLossesWithTheirSettings() throws {
    let file = try HDF5Reader.read(path: #require(SharedFolder.url("golden/losses.h5")).path)
    #expect(!file.groups.isEmpty)
    #expect(file.kinds.isSuperset(of: ["number", "bool", "text"]))
  }
}

extension HDF5Group {
  /// The kinds of attributes that this group and those below it carry.
  var kinds: Set<String> {
    var found: Set<String> = []
    for attribute in attributes.values + datasets.values.flatMap(\.attributes.values) {
      switch attribute {
      case .number: found.insert("number")
      case .text: found.insert("text")
      case .bool: found.insert("bool")
      case .numbers, .texts: found.insert("list")
      }
    }
    return groups.values.reduce(found) { $0.union($1.kinds) }
  }
}
