import Diagnostics
import Interpreter
import NamedTensors
import Semantics

extension Catalog {
  static var axes: [Builtin] {
    [
      Builtin(
        "size", "The size of an axis.", BuiltinParameter<AxisValue>("axis"), examples: "pmm> size(d(64))\n64"
      ) { call, axis in try Self.dimension(axis, call).size.value ?? 0 },
      Builtin(
        "axes", "The axes of a tensor, with sizes where they are known.", BuiltinParameter<NamedTensor>("x"),
        examples: "pmm> axes(full(0.0, [item(2), d(3)]))\n[item=2, d=3]"
      ) { _, x -> Value in
        .list(x.dimensions.map { .axis(AxisValue($0.axis, $0.size.value)) })
      },
      Builtin(
        "carries", "Whether a tensor has an axis; known before any number.", BuiltinParameter<NamedTensor>("x"),
        BuiltinParameter<AxisValue>("axis"), examples: "pmm> carries(full(0.0, [item(2)]), d)\nfalse"
      ) { _, x, axis in x.carries(axis.axis) },
      Builtin(
        "has", "Whether a model or record has something at a path.", BuiltinParameter<Value>("value"),
        BuiltinParameter<PathValue>("path"), examples: "pmm> has({a: 1}, .b)\nfalse"
      ) { call, value, path -> Bool in
        var current = [value]
        for names in path.steps {
          var next: [Value] = []
          for value in current {
            for name in names {
              guard let found = try? call.machine.field(name, of: value, at: call.span) else { return false }
              if case .absent = found { return false }
              next.append(found)
            }
          }
          current = next
        }
        return true
      },
    ]
  }

  static var values: [Builtin] {
    [
      Builtin(
        "keys", "The field names of a record, or the keys of a table's first column.",
        BuiltinParameter<Record>("record"),
        examples: "pmm> keys({a: 1, b: 2})\n[\"a\", \"b\"]"
      ) { _, record in record.names },
      Builtin(
        "values", "The field values of a record, in order.", BuiltinParameter<Record>("record"),
        examples: "pmm> values({a: 1, b: 2})\n[1, 2]"
      ) { _, record -> Value in .list(try record.fields().map(\.1)) },
      Builtin(
        "length", "How many elements a list, range, record, string or table has.", BuiltinParameter<Value>("x"),
        examples: "pmm> length([1, 2, 3])\n3"
      ) { call, x -> Int in
        switch x {
        case .list(let values): return values.count
        case .range(let range): return range.count
        case .record(let record): return record.names.count
        case .string(let text): return text.count
        case .object(let object as Table): return object.rows.count
        default:
          throw call.fail(.wrongType, "`length` of \(x.described)", argument: 0, tries: ["size(axis) for an axis"])
        }
      },
      Builtin(
        "round", "A number rounded to some digits after the point.", BuiltinParameter<Double>("x"),
        BuiltinParameter<Int>("digits", default: 0, shown: "0"), examples: "pmm> round(3.14159, 2)\n3.14"
      ) { call, x, digits -> Value in
        guard (0...15).contains(digits) else {
          throw call.fail(.outOfRange, "`digits` runs from 0 to 15, not \(digits)", argument: 1)
        }
        return .float(Double(Value.fixed(x, digits)) ?? x)
      },
      Builtin(
        "number", "The number that a tensor without axes holds.", BuiltinParameter<NamedTensor>("x"),
        examples: "pmm> number(sum(tensor([1.0, 2.0], [item]), over = item))\n3.0"
      ) { call, x -> Value in
        if x.isShapeOnly {
          throw call.fail(.valueInShapeRun, "only shapes are known here, so there is no number yet", argument: 0)
        }
        guard let value = x.item else {
          throw call.fail(.wrongType, "`number` needs a tensor without axes, not \(x.axesText)", argument: 0)
        }
        return x.kind == .int ? .int(Int(value)) : .float(value)
      },
    ]
  }

  static var scripting: [Builtin] {
    [
      Builtin(
        "print", "Prints values on one line.",
        signature: Signature("print", [], takesAnyCount: true), examples: "pmm> print(\"loss\", 0.5)\nloss 0.5"
      ) { call in
        if call.extra.count == 1 {
          call.machine.show(call.extra[0].value)
        } else {
          call.machine.output(call.extra.map(\.value.printed).joined(separator: " "))
        }
        return .none
      },
      Builtin(
        "show", "Prints a value, a table with aligned columns.", BuiltinParameter<Value>("x"),
        examples: "pmm> show([1, 2])\n[1, 2]"
      ) { call, x -> Value in
        call.machine.show(x)
        return .none
      },
      Builtin(
        "assert", "An error with the text unless the condition holds.", BuiltinParameter<Value>("condition"),
        BuiltinParameter<String>("text", default: "an assertion failed", shown: "\"an assertion failed\""),
        examples: "pmm> assert(1 < 2, \"order\")"
      ) { call, condition, text -> Value in
        guard case .bool(let holds) = condition else {
          throw call.fail(.notBool, "`assert` needs one plain bool, not \(condition.described)", argument: 0)
        }
        if !holds { throw call.fail(.assertion, text) }
        return .none
      },
      Builtin(
        "fail", "Ends what runs with an error.", BuiltinParameter<String>("text"),
        examples: "pmm> try { fail(\"no\") } catch e { e.message }\nno"
      ) { call, text -> Value in throw call.fail(.failed, text) },
      Builtin(
        "option", "A setting of the script: `pmm run --set NAME=VALUE` gives another value of the default's type.",
        BuiltinParameter<String>("name"), BuiltinParameter<Value>("default"),
        BuiltinParameter<String>("text", default: "", shown: "\"\""),
        examples: "pmm> option(\"epochs\", 3, \"how long\")\n3"
      ) { call, name, standard, text in try option(name, standard, text, call) },
      Builtin(
        "fuse",
        "Joins the branches of an item: two or more as a record given to the part; one alone gives its `pooled`.",
        signature: Signature("fuse", [Signature.Parameter("part", isRequired: true)], takesAnyKeyword: true),
        examples: "pmm> fuse(x => x.a + x.b, a = 1, b = 2)\n3", acceptsAbsent: true
      ) { call in
        let present = call.extra.filter { if case .absent = $0.value { false } else { true } }
        guard let first = present.first else {
          let names = call.extra.map(\.name).joined(separator: "` and `")
          var failure = call.fail(.absentBranch, "`fuse` has no branch left: `\(names)` was dropped")
          failure.subject = names
          throw failure
        }
        if present.count == 1 {
          if case .tensor = first.value { return first.value }
          return try call.machine.field("pooled", of: first.value, at: call.span)
        }
        let part = try call.value(0)
        let record = Value.record(Record(present.map { ($0.name, $0.value) }))
        return try call.machine.call(part, [record], at: call.spans[0] ?? call.span, place: call.place)
      },
    ]
  }

  private static func option(_ name: String, _ standard: Value, _ text: String, _ call: Invocation) throws -> Value {
    let machine = call.machine
    switch standard {
    case .string, .int, .float, .bool: break
    default:
      throw call.fail(
        .wrongType, "the default of an option is a string, a number or a bool, not \(standard.described)", argument: 1)
    }
    if !machine.declaredOptions.contains(where: { $0.name == name }) {
      machine.declaredOptions.append((name, standard, text))
    }
    guard let given = machine.givenOptions[name] else { return standard }
    func wrong(_ wanted: String) -> Failure {
      call.fail(
        .wrongType, "option `\(name)` must be \(wanted), not `\(given)`", tries: ["--set \(name)=\(standard.printed)"])
    }
    switch standard {
    case .string: return .string(given)
    case .int:
      guard let value = Int(given) else { throw wrong("a whole number") }
      return .int(value)
    case .float:
      guard let value = Double(given) else { throw wrong("a number") }
      return .float(value)
    case .bool:
      guard let value = Bool(given) else { throw wrong("true or false") }
      return .bool(value)
    default: return standard
    }
  }
}
