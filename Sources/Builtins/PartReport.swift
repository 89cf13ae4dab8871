import Diagnostics
import Interpreter
import NamedTensors

/// What became of each part of a model: where its numbers come from, and which of them are trained.
struct PartReport {
  /// Where a part's first or present numbers come from.
  enum Status: String {
    /// Numbers that came with the part from another model, a training or a file.
    case moved
    /// Numbers of the training or the file that the whole model comes from.
    case trained
    /// Recipes: the numbers are drawn when they are first needed.
    case fresh
    /// Numbers here, recipes there.
    case partlyFresh = "partly fresh"
    /// A part without parameters.
    case empty
    case dropped
  }

  struct Row {
    let part: String
    let status: Status
    /// How many numbers the part has, and how many of them are kept out of training; none for a dropped part.
    let sizes: (parameters: Int, frozen: Int)?
    let origin: String
  }

  let rows: [Row]

  init(_ model: ModuleInstance) throws {
    let placed = try model.placement().parameters
    rows = model.parts.compactMap { name, value in
      if value.isNone { return nil }
      if case .absent(let absence) = value {
        let place = absence.facts.span.map { "`without` at \($0.place)" } ?? "`without`"
        return Row(
          part: name, status: .dropped, sizes: nil, origin: absence.isFollowing ? "nothing reaches it" : place)
      }
      let own = placed.filter { $0.path.first == name }.map(\.parameter)
      let origin = Self.origin(value) ?? model.origin.text
      let status: Status
      switch own.count(where: { !$0.hasNumbers }) {
      case _ where own.isEmpty: status = .empty
      case 0: status = origin == model.origin.text ? .trained : .moved
      case own.count: status = .fresh
      case _: status = .partlyFresh
      }
      let frozen = own.filter(\.isFrozen)
      return Row(part: name, status: status, sizes: (Placement.count(own), Placement.count(frozen)), origin: origin)
    }
  }

  private static func origin(_ value: Value) -> String? {
    switch value {
    case .module(let module, _): module.origin.text
    case .parameter(let parameter): parameter.origin?.text
    case .list(let values): values.first.flatMap { origin($0) }
    default: nil
    }
  }

  var table: Table {
    let rows = rows.map { row in
      let cells: [(name: String, value: Value)] = [
        ("status", .string(row.status.rawValue)), ("parameters", row.sizes.map { .int($0.parameters) } ?? .none),
        ("frozen", row.sizes.map { .int($0.frozen) } ?? .none), ("origin", .string(row.origin)),
      ]
      return Table.Row(keys: [.string(row.part)], cells: cells)
    }
    return Table(keyNames: ["part"], rows: rows)
  }
}

extension Catalog {
  static var partReports: [Builtin] {
    [
      Builtin(
        "parts",
        """
        A table of what became of each part of a model. `status` is "moved" for numbers that came with the part from \
        another model, "trained" for those of the training or file that the whole model comes from, "fresh" for \
        numbers that are still to be drawn, or "dropped"; then how many parameters the part has, how many of them are \
        frozen, and where it comes from.
        """,
        BuiltinParameter<ModuleInstance>("model"),
        examples: """
          pmm> from layers import MLP
          pmm> parts(freeze(MLP(d(2), item(3), d(2)), .up)).frozen
          [9, 0]
          """
      ) { _, model -> Value in .object(try PartReport(model).table) }
    ]
  }
}
