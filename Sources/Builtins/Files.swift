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
    weightLoading + [
      Builtin(
        "save",
        """
        Writes a model as a checkpoint (.h5), a table by its ending (.csv, .jsonl, .md, .tex) with a manifest, or a \
        figure or a diagram (.svg, .png), or the script that `why` found (.pmm), or a data set as a new data folder. A score is saved as the table of its values per \
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
            try drawing.save(to: path, call)
            call.machine.saved?(.object(drawing), path)
          } else if let poster = object as? Poster {
            try poster.save(to: path, call)
            call.machine.saved?(.object(poster), path)
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
        "open",
        """
        Reads a model, or a training that can go on, back from a checkpoint. Any other file of tensors, such as HDF5, \
        safetensors, PyTorch's or NumPy's, is opened: printed it shows what it holds, parts are fields (`f.encoder`) or stand in brackets (`f["layer.0.weight"]`), and \
        `tensor(part, axes)` reads numbers.
        """,
        BuiltinParameter<String>("path"),
        examples: """
          pmm> try { open("no-such.h5") } catch e { e.code }
          file
          pmm> export("out/open-example.npz", table = tensor([[1.0, 2.0], [3.0, 4.0]], [item, d]), names = ["a", "b"])
          pmm> f = open("out/open-example.npz")
          pmm> f
          out/open-example.npz: NumPy, 2 tensors
            table  float32 [2, 2], row-major
            names  texts [2], row-major
          pmm> tensor(f.table, [item, d])
          [item=2, d=2]
            1.0  2.0
            3.0  4.0
          pmm> f.names.texts
          ["a", "b"]
          """
      ) { call, path -> Value in try opened(path, call) },
      export,
    ]
  }

  /// What a checkpoint of this program's holds, or else the file itself.
  private static func opened(_ path: String, _ call: Invocation) throws -> Value {
    let source: any TensorSource
    do throws(FileError) { source = try TensorFile.open(path) } catch {
      // The reader of checkpoints knows more of what can be wrong with one.
      if path.hasSuffix(".h5") { return try ModelFile.open(path, call) }
      call.machine.note(read: FileState.read(.file, path))
      throw error.failure(call, argument: 0)
    }
    let isOwn = source.attributes.contains { $0 == FileAttribute("format", .texts(["pmm-checkpoint"])) }
    if isOwn { return try ModelFile.open(path, call) }
    call.machine.note(read: FileState.read(.file, path))
    return .object(TensorsOfFile(source))
  }
}
