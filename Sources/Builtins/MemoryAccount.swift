import Diagnostics
import Foundation
import Interpreter
import TensorCore

extension Catalog {
  static var memory: [Builtin] {
    [
      Builtin(
        "memory",
        """
        Bytes of tensors, as a record: `live` ones are in use, `pooled` ones are kept for the next tensors, `peak` is the \
        most that was live since an epoch or a profile began, or since the last call with `restart`, `limit` what may be \
        live at most, 0 for no limit, and `resident` all memory that the program has of the machine, tensors or not. \
        `limit` sets another limit, as a number of bytes or a text such as "8 GiB"; at the start it is nine tenths of the \
        machine's memory, or what the variable PMM_MEMORY says. Whatever asks for more is an error, and nothing is lost.
        """,
        BuiltinParameter<Value>("limit", default: .none, shown: "unchanged"),
        BuiltinParameter<Bool>("restart", default: false, shown: "false"),
        examples: """
          pmm> x = full(1.0, [batch(1000), d(64)]) + 1.0
          pmm> memory().live >= 4 * 1000 * 64
          true
          """
      ) { call, limit, restart -> Value in
        if !limit.isNone { Memory.limit = try Self.limit(limit, call) }
        if restart { Memory.resetPeak() }
        let now = Memory.now
        let fields: [(String, Int)] = [
          ("live", now.live), ("pooled", now.pooled), ("peak", now.peak), ("limit", Memory.limit ?? 0),
          ("resident", resident),
        ]
        return .record(Record(fields.map { ($0.0, .int($0.1)) }))
      }
    ]
  }

  private static func limit(_ value: Value, _ call: Invocation) throws -> Int? {
    let bytes: Int?
    switch value {
    case .int(let number): bytes = number
    case .float(let number): bytes = Int(exactly: number.rounded(.down))
    case .string(let text): bytes = ByteCount.parse(text)
    default: throw call.fail(.wrongType, "a limit is a number of bytes, not \(value.described)", argument: 0)
    }
    if bytes == 0 { return nil }
    guard let bytes, bytes >= Memory.leastLimit else {
      throw call.fail(
        .outOfRange, "a limit is a number of bytes from 1 MiB, or 0 for none, not \(value.quoted)", argument: 0,
        tries: ["limit = \"8 GiB\"", "limit = \"500 MB\""])
    }
    return bytes
  }

  /// Bytes of the machine's memory that the program has; 0 where the system does not say.
  private static var resident: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let words = text.split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
