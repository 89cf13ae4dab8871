import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import TensorFiles

/// What a cell of a grid gave, as JSON and tensors. What stands several times is written once.
struct CellWriter {
  /// A value that cannot be kept.
  struct Refusal: Error {
    /// With its article: "a data set".
    let what: String
  }

  private let call: Invocation
  private(set) var tensors: [StoredTensor] = []
  /// Each refers to earlier ones only.
  private(set) var objects: [JSONValue] = []
  private var places: [ObjectIdentifier: Int] = [:]

  init(_ call: Invocation) { self.call = call }

  mutating func json(_ value: Value) throws -> JSONValue {
    switch value {
    case .none: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number): return .object(["float": .string(Bits.text([number]))])
    case .string(let text): return .string(text)
    case .list(let values):
      let numbers = values.compactMap { if case .float(let number) = $0 { number } else { nil } }
      if numbers.count == values.count, values.count > 1 { return .object(["floats": .string(Bits.text(numbers))]) }
      return .list(try list(values))
    case .record(let record):
      guard record.kind == "record" else { throw Refusal(what: "a \(record.kind)") }
      var fields: [JSONValue] = []
      for (name, value) in try record.fields() { fields.append(.list([.string(name), try json(value)])) }
      return .object(["record": .list(fields)])
    case .range(let range): return .object(["range": .list([.int(range.low), .int(range.high)])])
    case .path(let path): return .object(["path": .list(path.steps.map { .list($0.map { .string($0) }) })])
    case .axis(let axis):
      guard case .axis(let known)? = call.machine.preludeValue(axis.axis.name), known.axis == axis.axis else {
        throw Refusal(what: "an axis of the script's own")
      }
      return .object(["axis": .string(axis.axis.name), "size": axis.size.map { .int($0) } ?? .null])
    case .module(let module, let within):
      guard within == nil || within === module else { throw Refusal(what: "a part of a model") }
      return try once(module) { try $0.json(module, at: $1) }
    case .object(let object):
      switch object {
      case let metric as MetricObject:
        return .object(["metric": Self.json(metric.metric)])
      case let spread as Spread:
        return .object([
          "mean": .string(Bits.text([spread.mean, spread.deviation])), "count": .int(spread.count),
        ])
      case let table as Table: return try once(table) { writer, _ in try writer.json(table) }
      case let run as Run: return try once(run) { writer, _ in try writer.json(run) }
      case let score as Score: return try once(score) { writer, _ in writer.json(score) }
      default: throw Refusal(what: "a \(object.typeName)")
      }
    case .absent, .tensor, .parameter, .function, .goal: throw Refusal(what: "a \(value.typeName)")
    }
  }

  private mutating func list(_ values: [Value]) throws -> [JSONValue] {
    var all: [JSONValue] = []
    for value in values { all.append(try json(value)) }
    return all
  }

  private mutating func once(
    _ object: AnyObject, _ body: (inout CellWriter, Int) throws -> JSONValue
  ) throws -> JSONValue {
    if let place = places[ObjectIdentifier(object)] { return .object(["object": .int(place)]) }
    // Tensors are filed under a number of their own: what a model holds is written before it.
    let json = try body(&self, tensors.count)
    objects.append(json)
    places[ObjectIdentifier(object)] = objects.count - 1
    return .object(["object": .int(objects.count - 1)])
  }

  // MARK: Models

  private mutating func json(_ module: ModuleInstance, at number: Int) throws -> JSONValue {
    var recipe = ModelRecipe(call, loaded: call.machine.ownModules)
    let description: JSONValue
    do { description = try recipe.json(module) } catch let failure as Failure {
      throw Refusal(what: "a model of which \(failure.diagnostic.message)")
    }
    var parameters: [JSONValue] = []
    for (path, parameter) in try module.placement().parameters {
      var facts: [String: JSONValue] = [
        "path": .list(path.map { .string($0) }), "frozen": .bool(parameter.isFrozen),
        "origin": parameter.origin.map { .string($0.text) } ?? .null, "items": parameter.space?.json ?? .null,
      ]
      if let numbers = try parameter.numbers() {
        guard numbers.dtype == .float32 else { throw Refusal(what: "a model in double precision") }
        facts["numbers"] = .bool(true)
        tensors.append(
          StoredTensor(
            path: ["model\(number)"] + path, axes: parameter.dimensions.map(\.axis.name), shape: numbers.shape,
            values: .float32(numbers.floats())))
      }
      parameters.append(.object(facts))
    }
    let notes = module.notes
    var absences: [JSONValue] = []
    for note in notes.absences {
      absences.append(
        .object([
          "path": .list(note.path.map { .string($0) }), "part": .string(note.part),
          "following": .bool(note.isFollowing), "place": note.place.map { .string($0) } ?? .null,
          "former": try json(note.former ?? .none),
        ]))
    }
    var facts: [JSONValue] = []
    for (name, value) in module.facts.sorted(by: { $0.key < $1.key }) {
      facts.append(.list([.string(name), try json(value)]))
    }
    return .object([
      "kind": .string("model"), "number": .int(number), "recipe": description,
      "sources": .object(recipe.sources.mapValues(\.json)), "parameters": .list(parameters), "facts": .list(facts),
      "origins": .list(notes.modules.map { .list([.list($0.path.map { .string($0) }), .string($0.origin)]) }),
      "absences": .list(absences),
    ])
  }

  // MARK: Results

  private mutating func json(_ run: Run) throws -> JSONValue {
    .object([
      "kind": .string("run"), "model": try json(.module(run.model, within: nil)),
      "last": try json(.module(run.last, within: nil)), "log": try json(.object(run.log)),
      "best_epoch": .int(run.bestEpoch), "seed": .string("\(run.seed)"), "sources": Self.json(run.sources),
    ])
  }

  private static func json(_ sources: [Evidence.Source]) -> JSONValue {
    .list(sources.map { .list([.string($0.name), .string($0.fingerprint)]) })
  }

  private static func json(_ metric: RankingMetric) -> JSONValue {
    .list([.string(metric.name), metric.k.map { .int($0) } ?? .null, .string(Bits.text([metric.head]))])
  }

  private func json(_ score: Score) -> JSONValue {
    let cases = score.cases
    return .object([
      "kind": .string("score"), "metrics": .list(score.metrics.map { Self.json($0) }),
      "means": .string(Bits.text(score.values)), "chances": .string(Bits.text(score.chances)),
      "ceilings": score.ceilings.map { .string(Bits.text($0)) } ?? .null, "cases": .int(score.perCase.count),
      "values": .string(Bits.text(score.perCase.flatMap { $0 })), "users": .int(score.users),
      "candidates": .string(Bits.text([score.candidates])), "ties": score.ties.map { .int($0) } ?? .null,
      "seconds": score.seconds.map { .string(Bits.text([$0])) } ?? .null,
      "part": .object([
        "name": .string(cases.part), "identity": .string(cases.identity), "whole": .int(cases.whole),
        "places": .list(cases.places.map { .int($0) }), "users": .list(cases.users.map { .string($0) }),
        "targets": .list(cases.targets.map { .list($0.map { .string($0) }) }),
      ]),
      "protocol": .string(score.protocolText), "validation": .bool(score.isValidation),
      "source": Self.json([score.source]),
    ])
  }

  private mutating func json(_ table: Table) throws -> JSONValue {
    var rows: [JSONValue] = []
    for row in table.rows {
      let cells = try named(row.cells)
      let usual = try named(Table.cells(of: row.value))
      rows.append(
        .object([
          "keys": .list(try list(row.keys)), "value": try json(row.value),
          "cells": cells == usual ? .null : .list(cells),
        ]))
    }
    let origin = table.inherited
    return .object([
      "kind": .string("table"), "keys": .list(table.keyNames.map { .string($0) }), "rows": .list(rows),
      "seeds": .list(origin.seeds.map { .int($0) }), "protocols": .list(origin.protocols.map { .string($0) }),
      "sources": Self.json(origin.sources),
    ])
  }

  private mutating func named(_ cells: [(name: String, value: Value)]) throws -> [JSONValue] {
    var all: [JSONValue] = []
    for cell in cells { all.append(.list([.string(cell.name), try json(cell.value)])) }
    return all
  }
}

/// Doubles as text that keeps every bit: sixteen hexadecimal digits each.
enum Bits {
  static func text(_ numbers: [Double]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16 * numbers.count)
    for number in numbers {
      for shift in stride(from: 60, through: 0, by: -4) {
        bytes.append(digits[Int(number.bitPattern >> UInt64(shift) & 15)])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nil for what `text` does not write.
  static func numbers(_ text: String) -> [Double]? {
    let bytes = Array(text.utf8)
    guard bytes.count % 16 == 0 else { return nil }
    var numbers: [Double] = []
    numbers.reserveCapacity(bytes.count / 16)
    for start in stride(from: 0, to: bytes.count, by: 16) {
      var pattern: UInt64 = 0
      for byte in bytes[start..<start + 16] {
        switch byte {
        case 48...57: pattern = pattern << 4 | UInt64(byte - 48)
        case 97...102: pattern = pattern << 4 | UInt64(byte - 87)
        default: return nil
        }
      }
      numbers.append(Double(bitPattern: pattern))
    }
    return numbers
  }
}
