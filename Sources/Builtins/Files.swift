import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Semantics
import TensorFiles

extension FileError {
  func failure(_ call: Invocation, argument: Int) -> Failure {
    let place = self.place.map { message.contains($0) ? "" : "\($0): " } ?? ""
    return call.fail(.file, "\(place)\(message)", argument: argument, tries: suggestion.map { [$0] } ?? [])
  }
}

extension Catalog {
  static var files: [Builtin] {
    [
      Builtin(
        "save",
        """
        Writes a model as a checkpoint (.h5), a table by its ending (.csv, .jsonl, .md, .tex) with a manifest, or a \
        picture or a diagram (.svg), or the script that `why` found (.pmm), or a data set as a new data folder. A score is saved as the table of its values per \
        user. .csv and .jsonl hold every digit, a mean as three \
        columns; .md and .tex are for readers: `digits` after the point, the largest number of the columns in `bold` stands \
        out, `caption` says what they see.
        """,
        BuiltinParameter<Value>("value"), BuiltinParameter<String>("path"),
        BuiltinParameter<String?>("caption", default: .none, shown: "none"),
        BuiltinParameter<[String]>("bold", default: [], shown: "[]"),
        BuiltinParameter<Int>("digits", default: 4, shown: "4"),
        examples: "pmm> try { save(1, \"x.h5\") } catch e { e.code }\nwrong-type"
      ) { call, value, path, caption, bold, digits -> Value in
        if case .object(let object as Table) = value {
          let style = TableFile.Style(caption: caption, bold: bold, digits: digits)
          try TableFile.save(object, to: path, style, call)
          return .none
        }
        if case .object(let object as Score) = value {
          let style = TableFile.Style(caption: caption, bold: bold, digits: digits)
          try TableFile.save(object.table, to: path, style, call)
          return .none
        }
        if caption != nil || !bold.isEmpty || call.arguments[4] != nil {
          throw call.fail(
            .wrongArguments, "`caption`, `bold` and `digits` are for tables, not for \(value.described)", argument: 0)
        }
        switch value {
        case .module(let module, _): try ModelFile.save(module, to: path, call)
        case .object(let object):
          if let drawing = object as? any Drawing {
            try Picture.save(drawing, to: path, call)
          } else if let data = object as? DataSet {
            try DataFolder.save(data.platform, to: path, call)
          } else if let derivation = object as? Derivation {
            try derivation.save(to: path, call)
          } else if object is Run {
            throw call.fail(
              .wrongType, "a run holds several models", argument: 0,
              tries: ["save(run.model, \"\(path)\")", "save(run.last, \"\(path)\")"])
          } else {
            throw call.fail(.wrongType, "a \(object.typeName) cannot be saved", argument: 0)
          }
        default:
          throw call.fail(.wrongType, "a model, a table or a picture is saved, not \(value.described)", argument: 0)
        }
        return .none
      },
      Builtin(
        "open", "Reads a model back from a checkpoint.", BuiltinParameter<String>("path"),
        examples: "pmm> try { open(\"no-such.h5\") } catch e { e.code }\nfile"
      ) { call, path -> Value in try ModelFile.open(path, call) },
      Builtin(
        "export",
        "Writes named tensors and lists to one HDF5 file, axes named, rows in one order.",
        signature: Signature("export", [Signature.Parameter("path", isRequired: true)], takesAnyKeyword: true),
        examples: "pmm> try { export(\"x.h5\") } catch e { e.code }\nwrong-arguments"
      ) { call in
        let path = try call.converted(try call.value(0), to: String.self, name: "path", at: call.spans[0])
        guard !call.extra.isEmpty else {
          throw call.fail(
            .wrongArguments, "`export` also needs something to write",
            tries: ["export(path, items = m.items(data.items), ids = data.items.raw_ids)"])
        }
        let rows = call.extra.lazy.compactMap { entry -> NamedTensor? in
          if case .tensor(let tensor) = entry.value { return tensor.tensor }
          return nil
        }.first?.dimensions.first
        let tensors = try call.extra.map { name, value in (name: name, try stored(name, value, rows: rows, call)) }
        do throws(FileError) { try TensorExport.write(path: path, tensors: tensors) } catch {
          throw error.failure(call, argument: 0)
        }
        return .none
      },
    ]
  }

  /// A list that is as long as the tensors' first axis runs along that axis.
  private static func stored(_ name: String, _ value: Value, rows: Dimension?, _ call: Invocation) throws
    -> StoredTensor
  {
    switch value {
    case .tensor(let tensor): return try stored(tensor.tensor, path: [name], call)
    case .list(let values):
      let axis = rows.flatMap { $0.size.value == values.count ? $0.axis.name : nil } ?? "\(name)_row"
      let shape = [values.count]
      if let texts = [String].from(value) {
        return StoredTensor(path: [name], axes: [axis], shape: shape, values: .strings(texts))
      }
      if let ints = [Int].from(value) {
        let small = ints.compactMap { Int32(exactly: $0) }
        if small.count == ints.count {
          return StoredTensor(path: [name], axes: [axis], shape: shape, values: .int32(small))
        }
      }
      if let doubles = [Double].from(value) {
        return StoredTensor(path: [name], axes: [axis], shape: shape, values: .float64(doubles))
      }
      throw call.fail(.wrongType, "`\(name)` must be a list of strings or of numbers to be exported")
    default: throw call.fail(.wrongType, "`\(name)` must be a tensor or a list to be exported, not \(value.described)")
    }
  }

  static func stored(_ tensor: NamedTensor, path: [String], _ call: Invocation) throws -> StoredTensor {
    guard !tensor.isShapeOnly else {
      throw call.fail(.valueInShapeRun, "only shapes are known here, so nothing can be written")
    }
    let values: StoredTensor.Values
    switch tensor.kind {
    case .float: values = .float32(tensor.floatValues())
    case .int: values = .int32(tensor.intValues())
    case .bool: values = .int32(tensor.boolValues().map { $0 ? 1 : 0 })
    }
    return StoredTensor(
      path: path, axes: tensor.dimensions.map(\.axis.name), shape: tensor.dimensions.map { $0.size.value ?? 0 },
      values: values)
  }
}
