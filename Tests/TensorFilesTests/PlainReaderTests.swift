import TensorFiles
import TestKit
import Testing

/// Files of other programs, made by those programs.
struct PlainReaderTests {
  private static let torch = Python.withModules("torch", "numpy")
  private static let safetensors = Python.withModules("torch", "safetensors.torch")

  static func values(_ source: any TensorSource, _ name: String) throws -> [Double] {
    let entry = try #require(source.entries.first { $0.name == name }, "\(source.entries.map(\.name))")
    var values = [Double](repeating: .nan, count: try #require(elementCount(entry.shape)))
    try values.withUnsafeMutableBytes { try source.read(entry, as: .float64, into: $0) }
    return values
  }

  @Test(.enabled(if: torch != nil, "needs python3 with torch and numpy"), arguments: [true, false])
  func stateDictsAreRead(_ isZip: Bool) throws {
    let folder = try ScratchFolder()
    let path = folder.file("model.pt")
    try #require(Self.torch).run(
      """
      import torch, collections
      base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
      state = collections.OrderedDict(
        [("plain.weight", base), ("turned", base.t()), ("part", base[1:3, 2:5]), ("half", base.half()[0]),
         ("brain", base.bfloat16()[1]), ("long", torch.tensor([-1, 2**40])), ("flag", torch.tensor([True, False])),
         ("own", torch.nn.Parameter(torch.ones(2))), ("one", torch.tensor(2.5)), ("none", torch.zeros(0, 3)),
         ("double", torch.tensor([0.1], dtype=torch.float64)), ("small", torch.tensor([1, 255], dtype=torch.uint8))])
      optimizer = {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.ones(2)}},
                   "param_groups": [{"lr": 0.5, "betas": (0.9, 0.999), "params": [0]}]}
      torch.save({"state_dict": state, "epoch": 3, "name": "tall", "optimizer_states": [optimizer], "best": None,
                  "device": torch.device("cpu"), "shape": torch.Size([2, 3])},
                 "\(path)", _use_new_zipfile_serialization=\(isZip ? "True" : "False"))
      """)
    let file = try TorchFile.open(path)
    let base = (0..<24).map(Double.init)
    #expect(try Self.values(file, "state_dict/plain.weight") == base)
    #expect(try Self.values(file, "state_dict/turned") == (0..<24).map { Double($0 % 4 * 6 + $0 / 4) })
    #expect(try Self.values(file, "state_dict/part") == [8, 9, 10, 14, 15, 16])
    #expect(try Self.values(file, "state_dict/half") == Array(base[0..<6]))
    #expect(try Self.values(file, "state_dict/brain") == Array(base[6..<12]))
    #expect(try Self.values(file, "state_dict/long") == [-1, 0x1p40])
    #expect(try Self.values(file, "state_dict/flag") == [1, 0])
    #expect(try Self.values(file, "state_dict/own") == [1, 1])
    #expect(try Self.values(file, "state_dict/one") == [2.5])
    #expect(try Self.values(file, "state_dict/none") == [])
    #expect(try Self.values(file, "state_dict/double") == [0.1])
    #expect(try Self.values(file, "state_dict/small") == [1, 255])
    #expect(try Self.values(file, "optimizer_states/0/state/0/exp_avg") == [1, 1])
    #expect(file.attributes.contains(FileAttribute("epoch", .numbers([3]))))
    #expect(file.attributes.contains(FileAttribute("name", .texts(["tall"]))))
    #expect(file.attributes.contains(FileAttribute("optimizer_states/0/param_groups/0/lr", .numbers([0.5]))))
    #expect(file.attributes.contains(FileAttribute("shape", .numbers([2, 3]))))
    let long = try #require(file.entries.first { $0.name == "state_dict/long" })
    var narrow = [Int32](repeating: 0, count: 2)
    #expect(throws: FileError.self) { try narrow.withUnsafeMutableBytes { try file.read(long, as: .int32, into: $0) } }
  }

  /// Nothing that a pickle names is run: the file that it would make is not there.
  @Test(.enabled(if: torch != nil, "needs python3 with torch and numpy"))
  func programsInPicklesAreRefused() throws {
    let folder = try ScratchFolder()
    let mark = folder.file("was-run")
    try #require(Self.torch).run(
      """
      import pickle, zipfile, os, io, torch
      class System:
          def __reduce__(self): return (os.system, ("touch \(mark)",))
      class Eval:
          def __reduce__(self): return (eval, ("open('\(mark)', 'w')",))
      class Deep:
          def __reduce__(self): return (getattr, ("text", "upper"))
      for name, value in [("system", System()), ("eval", Eval()), ("getattr", Deep())]:
          torch.save({"w": torch.ones(1), "x": value}, "\(folder.path)/" + name + ".pt")
          torch.save({"w": torch.ones(1), "x": value}, "\(folder.path)/" + name + "_old.pt", _use_new_zipfile_serialization=False)
      def archive(name, program):
          with zipfile.ZipFile("\(folder.path)/" + name + ".pt", "w") as z:
              z.writestr("a/data.pkl", program); z.writestr("a/version", "3")
      loop = []; loop.append(loop)
      archive("loop", pickle.dumps(loop, 2))
      many = []
      for i in range(40): many = [many, many]
      archive("doubling", pickle.dumps(many, 2))
      archive("deep", b"\\x80\\x02" + b"]" * 200000 + b"a" * 199999 + b".")
      archive("memo", b"\\x80\\x02" + b"]" + b"".join(b"r" + i.to_bytes(4, "little") for i in range(100000)) + b".")
      archive("far_memo", b"\\x80\\x02]r\\xff\\xff\\xff\\xffj\\xfe\\xff\\xff\\xff.")
      archive("marks", b"\\x80\\x02" + b"(" * 9000000 + b".")
      archive("long_text", b"\\x80\\x02X\\xff\\xff\\xff\\x7fabc.")
      archive("empty", b"")
      archive("no_stop", b"\\x80\\x02}")
      """)
    for name in ["system", "eval", "getattr"] {
      for ending in ["", "_old"] {
        let error = #expect(throws: FileError.self) { try TorchFile.open(folder.file("\(name)\(ending).pt")) }
        #expect(error?.code == "unsafe-name", "\(name): \(error.map { "\($0)" } ?? "")")
      }
    }
    let names = ["loop", "doubling", "deep", "far_memo", "marks", "long_text", "empty", "no_stop"]
    for name in names { #expect(throws: FileError.self, "\(name)") { try TorchFile.open(folder.file("\(name).pt")) } }
    // A large memo alone is no harm.
    #expect(try TorchFile.open(folder.file("memo.pt")).entries.isEmpty)
    #expect(try !folder.names.contains("was-run"))
  }

  @Test(.enabled(if: torch != nil, "needs python3 with torch and numpy")) func numPyFilesAreRead() throws {
    let folder = try ScratchFolder()
    try #require(Self.torch).run(
      """
      import numpy as np
      base = np.arange(6.).reshape(2, 3)
      numbers = {kind: base.astype(kind) for kind in
        ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">f8", ">i2", ">i8", ">u4"]}
      for name, save in [("stored", np.savez), ("packed", np.savez_compressed)]:
          save("\(folder.path)/" + name + ".npz", **{k.replace(">", "big_"): v for k, v in numbers.items()},
               turned=np.asfortranarray(base), flag=np.array([True, False]), ids=np.array(["a", "ü中"]),
               large=np.arange(300000.).reshape(300, 1000).T, one=np.float32(2.5))
      np.save("\(folder.path)/single.npy", base)
      np.save("\(folder.path)/object.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
      """)
    for name in ["stored", "packed"] {
      let file = try NumPyFile.open(folder.file("\(name).npz"))
      #expect(file.entries.count == 21)
      for entry in file.entries where entry.shape == [2, 3] {
        #expect(try Self.values(file, entry.name) == [0, 1, 2, 3, 4, 5], "\(entry.name)")
      }
      #expect(try Self.values(file, "flag") == [1, 0])
      #expect(try Self.values(file, "one") == [2.5])
      let large = try Self.values(file, "large")
      #expect(large.count == 300_000 && large[1] == 1000 && large[300] == 1 && large[299_999] == 299_999)
      let ids = try #require(file.entries.first { $0.name == "ids" })
      #expect(try file.texts(ids) == ["a", "ü中"])
    }
    #expect(try Self.values(try NumPyFile.open(folder.file("single.npy")), "single") == [0, 1, 2, 3, 4, 5])
    let objects = try NumPyFile.open(folder.file("object.npy"))
    #expect(objects.entries.first?.problem?.contains("programs") == true)
  }

  @Test(.enabled(if: safetensors != nil, "needs python3 with torch and safetensors"))
  func shardsAreFoundByTheirIndex() throws {
    let folder = try ScratchFolder()
    try #require(Self.safetensors).run(
      """
      import torch
      from safetensors.torch import save_file
      save_file({"a.weight": torch.ones(2), "a.bias": torch.zeros(1)}, "\(folder.path)/model-1.safetensors")
      save_file({"b": torch.tensor([3.0]).bfloat16()}, "\(folder.path)/model-2.safetensors", metadata={"format": "pt"})
      """)
    func index(_ map: String) throws -> any TensorSource {
      try SafetensorsFile.openSharded(try folder.write("model.safetensors.index.json", "{\"weight_map\": {\(map)}}"))
    }
    let good = #""a.weight": "model-1.safetensors", "a.bias": "model-1.safetensors", "b": "model-2.safetensors""#
    let file = try index(good)
    #expect(try Self.values(file, "a.weight") == [1, 1] && Self.values(file, "b") == [3])
    for (map, words) in [
      (#""a.weight": "model-3.safetensors""#, "model-3.safetensors"), (#""c": "model-1.safetensors""#, "does not hold"),
      (#""b": "../model-2.safetensors""#, "beside it"), (#""b": "/etc/passwd""#, "beside it"),
      (#""b": 3"#, "beside it"),
      (good + #", "b": "model-1.safetensors""#, "stands twice"),
    ] {
      let error = #expect(throws: FileError.self) { try index(map) }
      #expect(error?.message.contains(words) == true, "\(map): \(error?.message ?? "")")
    }
  }

  /// Whatever is changed in a file, reading it gives numbers or an error.
  @Test(.enabled(if: torch != nil, "needs python3 with torch and numpy")) func damageIsAnErrorOrANumber() throws {
    let folder = try ScratchFolder()
    try #require(Self.torch).run(
      """
      import torch, numpy as np
      state = {"w": torch.arange(6.).reshape(2, 3), "v": torch.ones(3).half(), "step": 4}
      torch.save(state, "\(folder.path)/x.pt")
      torch.save(state, "\(folder.path)/old.pt", _use_new_zipfile_serialization=False)
      np.save("\(folder.path)/x.npy", np.arange(6.))
      np.savez("\(folder.path)/x.npz", a=np.arange(6.), b=np.array(["a", "b"]))
      np.savez_compressed("\(folder.path)/y.npz", a=np.arange(600.), b=np.array(["a", "b"]))
      """)
    try SafetensorsFile.write(
      folder.file("x.safetensors"),
      tensors: [StoredTensor(path: ["w"], axes: ["item"], shape: [3], values: .float32([1, 2, 3]))])
    let openers: [(String, (String) throws -> any TensorSource)] = [
      ("x.pt", { try TorchFile.open($0) }), ("old.pt", { try TorchFile.open($0) }),
      ("x.npy", { try NumPyFile.open($0) }),
      ("x.npz", { try NumPyFile.open($0) }), ("y.npz", { try NumPyFile.open($0) }),
      ("x.safetensors", { try SafetensorsFile.open($0) }),
    ]
    var generator = SeededGenerator(seed: 7)
    for (name, open) in openers {
      let whole = try InputFile(folder.file(name)).bytes(at: 0, count: try InputFile(folder.file(name)).size)
      var (read, refused) = (0, 0)
      for _ in 0..<2000 {
        var bytes = whole
        if Int.random(in: 0..<4, using: &generator) == 0 {
          bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
        } else {
          for _ in 0...Int.random(in: 0..<4, using: &generator) {
            bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
          }
        }
        do {
          let file = try open(try folder.write("damaged-\(name)", bytes))
          for entry in file.entries {
            if entry.content == .texts {
              _ = try file.texts(entry)
            } else {
              guard let count = elementCount(entry.shape), count <= 1 << 20 else { continue }
              var values = [Double](repeating: 0, count: count)
              try values.withUnsafeMutableBytes { try file.read(entry, as: .float64, into: $0) }
            }
          }
          read += 1
        } catch is FileError { refused += 1 }
      }
      #expect(read > 0 && refused > 0 && read + refused == 2000, "\(name): \(read) read, \(refused) refused")
    }
  }
}
