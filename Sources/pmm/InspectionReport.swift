import Foundation
import TensorFiles

/// What a file of tensors holds, as JSON for programs.
struct InspectionReport: Encodable {
  let format: String
  let notes: [String]
  let attributes: [String: JSONAttribute]
  let groups: [Group]
  let datasets: [Dataset]
  /// Numbers by part, in files of this program.
  let parameters: [String: Int]?

  struct Group: Encodable {
    let path: String
    let attributes: [String: JSONAttribute]
  }

  struct Dataset: Encodable {
    let path: String
    let shape: [Int]
    /// `float`, `int`, `uint`, `bool`, `string`, `complex` or `other`.
    let `class`: String
    let type: String
    /// The first six values.
    var head: [JSONNumber]?
    /// Of all values that are finite.
    var sum: JSONNumber?
    /// Why it cannot be read.
    var error: String?
    let axes: [String?]?
    let storage: String
    let attributes: [String: JSONAttribute]
  }

  /// Reads every tensor once.
  init(_ source: any TensorSource) throws(FileError) {
    format = source.format
    notes = source.notes
    attributes = JSONAttribute.all(source.attributes)
    groups = source.groups.map {
      Group(path: "/" + $0.path.joined(separator: "/"), attributes: JSONAttribute.all($0.attributes))
    }
    parameters = PartTotals(source)?.byPart
    var datasets: [Dataset] = []
    for entry in source.entries { datasets.append(try Self.dataset(entry, source)) }
    self.datasets = datasets
  }

  private static func dataset(_ entry: FileEntry, _ source: any TensorSource) throws(FileError) -> Dataset {
    var dataset = Dataset(
      path: "/" + entry.name, shape: entry.shape, class: className(entry), type: entry.typeWords, error: entry.problem,
      axes: entry.axes.contains { $0 != nil } ? entry.axes : nil, storage: entry.storage,
      attributes: JSONAttribute.all(entry.attributes))
    guard entry.problem == nil else { return dataset }
    do throws(FileError) {
      switch entry.content {
      case .numbers(let type):
        let summary = try NumberSummary(entry, type, source)
        dataset.head = summary.head
        dataset.sum = .real(summary.sum)
      case .texts: dataset.head = try source.texts(entry).prefix(NumberSummary.count).map { .text($0) }
      case .other: break
      }
    } catch {
      if error.code == "interrupted" { throw error }
      dataset.error = error.message
    }
    return dataset
  }

  private static func className(_ entry: FileEntry) -> String {
    switch entry.content {
    case .numbers(.bool): "bool"
    case .numbers(let type): type.isFloat ? "float" : type.rawValue.hasPrefix("u") ? "uint" : "int"
    case .texts: "string"
    case .other("a compound of r, i"): "complex"
    case .other: "other"
    }
  }

  /// Readable JSON in which no character controls a terminal.
  func text() throws(FileError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data: Data
    do { data = try encoder.encode(self) } catch {
      throw FileError(code: "internal", message: "cannot print it as JSON: \(error)")
    }
    var text = ""
    for scalar in String(decoding: data, as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n", .format, .lineSeparator, .paragraphSeparator:
        for unit in String(scalar).utf16 { text += "\\u" + String(0x1_0000 + UInt32(unit), radix: 16).dropFirst() }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// A number of any type, as JSON; what JSON has no number for is a text: `nan`, `inf`, `-inf`.
enum JSONNumber: Encodable {
  case real(Double)
  case whole(Int64)
  case unsigned(UInt64)
  case text(String)

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .real(let value) where value.isFinite: try container.encode(value)
    case .real(let value): try container.encode("\(value)")
    case .whole(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }
}

/// The value of an attribute, as JSON: one value alone, several as a list.
enum JSONAttribute: Encodable {
  case one(JSONNumber)
  case list([JSONNumber])

  static func all(_ attributes: [FileAttribute]) -> [String: JSONAttribute] {
    Dictionary(attributes.map { ($0.name, JSONAttribute($0.value)) }) { first, _ in first }
  }

  private init(_ value: FileAttribute.Value) {
    let values: [JSONNumber] =
      switch value {
      case .numbers(let numbers): numbers.map { .real($0) }
      case .texts(let texts): texts.map { .text($0) }
      case .other(let words): [.text("(\(words))")]
      }
    self = values.count == 1 ? .one(values[0]) : .list(values)
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .one(let value): try value.encode(to: encoder)
    case .list(let values): try values.encode(to: encoder)
    }
  }
}
