import Diagnostics
package import Interpreter
import Recommendation
import TensorCore
import TensorFiles

/// A report on a data set as a value; `pmm data` prints the same.
package final class DataReportObject: LanguageObject {
  private let report: DataReport
  /// Whether training on the data would be wrong.
  package var isWrong: Bool { report.isWrong }
  private let name: String

  init(_ report: DataReport, name: String) {
    self.report = report
    self.name = name
  }

  package var typeName: String { "data report" }
  package var fieldNames: [String] { ["users", "items", "events", "sparsity", "findings", "is_wrong"] }

  package func field(_ name: String) -> Value? {
    switch name {
    case "users": .int(report.size.users)
    case "items": .int(report.size.items)
    case "events": .int(report.size.events)
    case "sparsity": .float(report.size.sparsity)
    case "findings": .object(table)
    case "is_wrong": .bool(isWrong)
    default: nil
    }
  }

  private var table: Table {
    let rows = report.findings.map { finding in
      let cells: [(name: String, value: Value)] = [
        ("severity", .string(finding.severity.rawValue)), ("count", .int(finding.count)),
        ("message", .string(finding.message)),
      ]
      return Table.Row(keys: [.string(finding.code)], cells: cells)
    }
    return Table(keyNames: ["finding"], rows: rows)
  }

  package var printed: String {
    func grouped(_ number: Int) -> String { ModuleInstance.grouped(number) }
    let size = report.size
    let lengths = report.lengths
    var lines = [
      "\(name): \(grouped(size.users)) users, \(grouped(size.items)) items, \(grouped(size.events)) interactions",
      "  events of a user: \(grouped(lengths.least)) to \(grouped(lengths.most)), median "
        + "\(grouped(lengths.median)), mean \(Value.fixed(lengths.mean, 1)); "
        + "of an item that has any: \(grouped(report.rarestItem)) or more",
      "  sparsity \(Value.fixed(100 * size.sparsity, 2)) %; \(grouped(report.described.texts)) items with a text, "
        + "\(grouped(report.described.images)) with an image",
    ]
    for finding in report.findings {
      let more = finding.count > finding.examples.count ? ", ..." : ""
      let examples = finding.examples.isEmpty ? "" : "\n          \(finding.examples.joined(separator: ", "))\(more)"
      lines.append("  \(finding.severity.rawValue.padding(6)) \(finding.message)\(examples)")
    }
    let wrong = report.findings.count { $0.severity == .wrong }
    lines.append(wrong == 0 ? "nothing is wrong" : "\(wrong) \(wrong == 1 ? "thing is" : "things are") wrong")
    return lines.joined(separator: "\n")
  }

  /// The same for programs.
  package func json() throws -> String {
    let findings = report.findings.map { finding in
      JSONValue.object([
        "severity": .string(finding.severity.rawValue), "code": .string(finding.code), "count": .int(finding.count),
        "message": .string(finding.message), "examples": .list(finding.examples.map { .string($0) }),
      ])
    }
    let lengths = report.lengths
    return try JSONValue.object([
      "name": .string(name), "users": .int(report.size.users), "items": .int(report.size.items),
      "interactions": .int(report.size.events), "sparsity": .number(report.size.sparsity),
      "events_per_user": .object([
        "least": .int(lengths.least), "median": .int(lengths.median), "mean": .number(lengths.mean),
        "most": .int(lengths.most),
      ]),
      "rarest_item": .int(report.rarestItem), "timestamps": .string(report.times.rawValue),
      "texts": .int(report.described.texts), "descriptions": .int(report.described.descriptions),
      "images": .int(report.described.images), "is_wrong": .bool(report.isWrong), "findings": .list(findings),
    ]).text(pretty: true)
  }
}

extension String {
  /// With blanks up to a width.
  fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Catalog {
  static var dataReports: [Builtin] {
    [
      Builtin(
        "examine",
        """
        What a data set holds and what is wrong with it: broken images, empty texts, unknown ids, repeats, timestamps that         are missing, constant or tied, cold items, and training events that come after test events. `pmm data DIR` prints \
        the same.
        """,
        BuiltinParameter<DataSetArgument>("data"),
        examples: "pmm> examine(world(\"tgtS\", seed = 1)).is_wrong\nfalse"
      ) { call, data -> Value in
        let platform = data.data.platform
        let items = platform.items.described(
          progress: { call.machine.progress?("looking at images: \(Int($0 * 100)) %") },
          interrupted: { Interrupts.isPending })
        call.machine.progress?("")
        guard !Interrupts.isPending else { throw Failure(.interrupted, "interrupted", at: call.span) }
        return .object(
          DataReportObject(DataReport(platform.log, items, warnings: platform.warnings), name: platform.name))
      }
    ]
  }
}
