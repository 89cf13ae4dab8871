import Diagnostics
import Interpreter
import NamedTensors
import TensorFiles

/// Tables with a row for each item: a trained one finds its rows by whose items the ids are of.
extension Catalog {
  /// Refuses ids of items that a table has no row for.
  static func checkRows(of space: ItemSpace, _ rows: Int, _ axis: Axis, _ call: Invocation) throws {
    guard case .tensor(let table)? = call.arguments[0], let parameter = table.parameter else {
      return try checkCount(space, rows, axis, call)
    }
    call.machine.context?.note(table: parameter, of: space)
    guard let own = parameter.space else { return try checkCount(space, rows, axis, call) }
    guard let stranger = own.missing(from: space) else { return }
    let path = call.machine.context?.placement.parameters.first { $0.parameter === parameter }?.path ?? []
    let name = path.isEmpty ? "the table" : "`\(path.joined(separator: "."))`"
    let others = own.catalogues.contains { $0.name == stranger.name } ? "this \(stranger.name)" : stranger.name
    let unit = own.unit
    var failure = call.fail(
      .dataMismatch,
      "\(name) was trained by ids: it has a row for each \(unit) of \(own.names), and \(others) has other \(unit)s",
      argument: 0,
      tries: [
        "the data it was trained on: \(own.names)",
        "a new model for \(stranger.count) \(unit)s, trained on \(others); the user encoder may be taken over",
        "a model of texts and images, such as PMMRec",
      ])
    failure.diagnostic.notes = [
      "an id says nothing of what \(unit == "item" ? "an item" : "a \(unit)") is, so no row can stand for another platform's \(unit)"
    ]
    throw failure
  }

  /// What a table that belongs to nobody's items yet must have.
  private static func checkCount(_ space: ItemSpace, _ rows: Int, _ axis: Axis, _ call: Invocation) throws {
    if let twice = space.repeated {
      throw call.fail(
        .dataMismatch,
        "\(twice.name) stands twice among \(space.names), so each of its \(space.unit)s would have two rows",
        argument: 0, tries: ["each platform once"])
    }
    guard space.count > rows else { return }
    throw call.fail(
      .dataMismatch, "\(space.names): \(space.count) \(space.unit)s, and \(axis) has \(rows) rows", argument: 0,
      tries: ["entries = \(space.count) in the model"])
  }

  /// An index of rows for ids of items, which may be numbered otherwise in the table; any other index as it is.
  static func rowsOfItems(_ index: NamedTensor, _ call: Invocation) throws -> NamedTensor {
    guard case .tensor(let table)? = call.arguments[0], case .tensor(let places)? = call.arguments[1],
      !index.isShapeOnly, let own = table.parameter?.space, let space = places.space,
      let rows = own.rows(of: index.intValues(), in: space)
    else { return index }
    return try NamedTensor.ints(rows, index.dimensions)
  }
}

extension ItemSpace {
  var json: JSONValue {
    .list(
      catalogues.map {
        .object([
          "name": .string($0.name), "fingerprint": .string($0.fingerprint), "count": .int($0.count),
          "unit": .string(unit),
        ])
      })
  }

  /// Nil for what is no list of catalogues, or of so many items that their rows could not be counted.
  init?(json: JSONValue?) {
    guard let list = json?.list else { return nil }
    var catalogues: [Catalogue] = []
    var rows = 0
    for one in list {
      guard let name = one["name"]?.string, let fingerprint = one["fingerprint"]?.string, let count = one["count"]?.int,
        count >= 0, count <= AxisValue.largest - rows
      else { return nil }
      rows += count
      catalogues.append(Catalogue(name: name, fingerprint: fingerprint, count: count))
    }
    let units = Set(list.map { $0["unit"]?.string ?? "item" })
    guard units.count <= 1 else { return nil }
    self.init(catalogues, unit: units.first ?? "item")
  }
}
