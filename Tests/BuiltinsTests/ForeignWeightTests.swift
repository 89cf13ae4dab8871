import Foundation
import LanguageKit
import TestKit
import Testing

/// Weights that go to PyTorch and come from it.
struct ForeignWeightTests {
  private static let torch = Python.withModules("torch", "numpy", "safetensors.torch")
  private static let h5py = Python.withModules("h5py")
  private static let netCDF = Python.withModules("h5py", "netCDF4")
  private static let absence: Comment = "needs python3 with torch, numpy and safetensors"

  private func session(_ lines: [String]) throws -> [String] {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue(seed: 3)
      return lines.map { dialogue.type($0) }
    }
  }

  /// The item side of PMMRec as a module of PyTorch's, whose parameters have the names that pmm gives them.
  private static let modules = """
    import torch, numpy as np
    from torch import nn
    from safetensors.torch import load_file
    class Attention(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.query, self.key, self.value, self.out = (nn.Linear(d, d) for _ in range(4))
        def forward(self, x, mask):
            n, t, d = x.shape
            cut = lambda y: y.view(n, t, 2, d // 2).transpose(1, 2)
            scores = cut(self.query(x)) @ cut(self.key(x)).transpose(2, 3) / (d // 2) ** 0.5
            scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
            return self.out((scores.softmax(-1) @ cut(self.value(x))).transpose(1, 2).reshape(n, t, d))
    class MLP(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        def forward(self, x): return self.down(nn.functional.gelu(self.up(x)))
    class Block(nn.Module):
        def __init__(self, d, first, eps):
            super().__init__()
            self.attention, self.mlp, self.first = Attention(d), MLP(d), first
            self.norm1, self.norm2 = nn.LayerNorm(d, eps=eps), nn.LayerNorm(d, eps=eps)
        def forward(self, x, mask):
            if self.first:
                x = x + self.attention(self.norm1(x), mask)
                return x + self.mlp(self.norm2(x))
            x = self.norm1(x + self.attention(x, mask))
            return self.norm2(x + self.mlp(x))
    class Text(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.embed, self.position = nn.Embedding(160, d), nn.Embedding(8, d)
            self.norm, self.project = nn.LayerNorm(d), nn.Linear(d, d)
            self.blocks = nn.ModuleList([Block(d, False, 1e-5)])
        def forward(self, words, mask):
            places = torch.where(mask, mask.cumsum(1) + 1, 1)
            x = self.norm(self.embed(words) + self.position(places))
            for block in self.blocks: x = block(x, mask)
            return self.project(x)
    class Vision(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.embed, self.project = nn.Linear(192, d), nn.Linear(d, d)
            self.cls, self.position = nn.Parameter(torch.zeros(d)), nn.Parameter(torch.zeros(10, d))
            self.blocks = nn.ModuleList([Block(d, True, 1e-5)])
        def forward(self, image):
            n = image.shape[0]
            x = torch.cat([self.cls.expand(n, 1, -1), self.embed(image)], 1) + self.position
            for block in self.blocks: x = block(x, torch.ones(x.shape[:2], dtype=torch.bool))
            return self.project(x)
    class Fusion(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.block = Block(d, False, 1e-12)
        def forward(self, x, mask):
            x = self.block(x, mask)
            return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    class Items(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.text, self.vision, self.fusion = Text(d), Vision(d), Fusion(d)
        def forward(self, words, mask, image):
            t, v = self.text(words, mask), self.vision(image)
            mask = torch.cat([mask, torch.ones(v.shape[:2], dtype=torch.bool)], 1)
            return self.fusion(torch.cat([t, v], 1), mask)

    """

  @Test(.enabled(if: torch != nil, absence)) func pyTorchComputesTheSameItems() throws {
    let folder = try ScratchFolder()
    let printed = try session([
      "from pmmrec import PMMRec", "m = PMMRec(width = 8, layers = 1)",
      "w = world(\"tgtS\", seed = 1, items = 40, users = 20)",
      "export(\"\(folder.path)/weights.safetensors\", text = m.text, vision = m.vision, fusion = m.fusion)",
      "export(\"\(folder.path)/whole.safetensors\", model = m)",
      "x = w.items",
      "export(\"\(folder.path)/inputs.npz\", words = x.words, mask = x.word_mask, image = x.image, items = m.items(x))",
    ])
    for text in printed { #expect(!text.contains("error["), "\(text)") }
    let found = try #require(Self.torch).run(
      Self.modules + """
        model = Items(8).eval()
        state = load_file("\(folder.path)/weights.safetensors")
        model.load_state_dict(state, strict=True)
        whole = load_file("\(folder.path)/whole.safetensors")
        assert all(torch.equal(whole[k], v) for k, v in state.items()) and "user.blocks.0.norm1.weight" in whole, whole.keys()
        x = {k: torch.from_numpy(v) for k, v in np.load("\(folder.path)/inputs.npz").items()}
        with torch.no_grad(): y = model(x["words"].long(), x["mask"].bool(), x["image"])
        assert y.shape == x["items"].shape == (40, 8)
        print(float((y - x["items"]).abs().max()), float(x["items"].std()) > 0.01)
        """)
    let words = found.split(separator: " ").map(String.init)
    let difference = try #require(Double(words[0]))
    #expect(difference < 1e-5, "\(found)")
    #expect(words.last?.hasPrefix("True") == true, "\(found)")
  }

  @Test(.enabled(if: torch != nil, absence)) func stateDictsAreLoaded() throws {
    let folder = try ScratchFolder()
    let path = folder.file("model.ckpt")
    try #require(Self.torch).run(
      """
      import torch
      from safetensors.torch import save_file
      w, b = torch.arange(6.).reshape(3, 2), torch.tensor([0.5, -1.0, 2.0])
      torch.save({"state_dict": {"net.up.weight": w, "net.up.bias": b, "net.down.weight": w.t(), "net.down.bias": b[:2]},
                  "epoch": 3, "hyper_parameters": {"lr": 0.1}}, "\(path)")
      save_file({"up.weight": w.t().contiguous(), "up.bias": b.clone(), "down.wieght": w.t().contiguous(), "extra.one": b.clone(),
                 "down.bias": torch.zeros(2, dtype=torch.int64)}, "\(folder.path)/wrong.safetensors")
      """)
    let printed = try session([
      "from layers import MLP", "axis hidden", "m = MLP(item(2), hidden(3), d(2), act = relu)", "f = open(\"\(path)\")",
      "f",
      "f.attributes.epoch", "tensor(f.state_dict.net.up.weight, [hidden, item])", "f[\"state_dict/net.up.bias\"].shape",
      "y = load(m, f.state_dict, prefix = \"net.\")", "y(tensor([1.0, 2.0], [item]))",
      "load(m, \"\(folder.path)/wrong.safetensors\")",
      "load(m, f.state_dict)",
      "load(m, \"\(folder.path)/wrong.safetensors\", missing = [.down, .up.weight], unexpected = [\"*\"])",
    ])
    #expect(printed[4].contains("PyTorch") && printed[4].contains("float32 [3, 2]"), "\(printed[4])")
    #expect(printed[5] == "3", "\(printed[5])")
    #expect(printed[6].contains("[hidden=3, item=2]"), "\(printed[6])")
    #expect(printed[7] == "[3]", "\(printed[7])")
    // hidden: relu of (0*1+1*2+0.5, 2*1+3*2-1, 4*1+5*2+2) = (2.5, 7, 16); out: (0*2.5+2*7+4*16+0.5, 1*2.5+3*7+5*16-1).
    #expect(printed[9] == "[d=2] 78.5, 102.5", "\(printed[8]) \(printed[9])")
    let report = printed[10]
    for words in [
      "transpose", "`up.weight`", "missing in the file", "`down.weight`", "the file has `down.wieght`", "unexpected",
      "`extra.one`", "int64", "layers.pmm", "unexpected = [",
    ] { #expect(report.contains(words), "\(words): \(report)") }
    #expect(printed[11].contains("nothing of") && printed[11].contains("prefix = \"net.\""), "\(printed[11])")
    #expect(printed[12].contains("error["), "a wrong shape is never let pass: \(printed[12])")
  }

  @Test func exportsAndOpensEveryFormat() throws {
    let folder = try ScratchFolder()
    let table = "t = tensor([[1.5, 2.0], [3.0, -4.0]], [item, d])"
    for ending in ["h5", "npz", "safetensors", "npy"] {
      let more = ending == "npy" ? "" : ", n = tensor([1, 2], [item]), b = tensor([true, false], [item])"
      let printed = try session([
        table, "export(\"\(folder.path)/x.\(ending)\", x = t\(more))", "f = open(\"\(folder.path)/x.\(ending)\")",
        "tensor(f.x, [item, d]) == t", "f.x.shape", "f.x.type",
      ])
      #expect(printed[3].contains("true") && !printed[3].contains("false"), "\(ending): \(printed)")
      #expect(printed[4] == "[2, 2]" && printed[5] == "float32", "\(ending): \(printed)")
    }
    let named = try session([
      table, "export(\"\(folder.path)/y.safetensors\", x = t)",
      "axes(tensor(open(\"\(folder.path)/y.safetensors\").x))",
      "export(\"\(folder.path)/y.npz\", x = t)", "tensor(open(\"\(folder.path)/y.npz\").x)",
      "tensor(open(\"\(folder.path)/y.npz\").x, [item])", "open(\"\(folder.path)/y.npz\").z",
      "export(\"\(folder.path)/y.csv\", x = t, ids = [\"a\", \"b,c\"])", "export(\"\(folder.path)/y.doc\", x = t)",
      "export(\"\(folder.path)/y.npy\", x = t, z = t)", "tensor(open(\"\(folder.path)/y.npz\").x, [item(3), d])",
    ])
    #expect(named[2] == "[item=2, d=2]", "\(named[2])")
    #expect(named[4].contains("no name for dimension 1 (size 2), 2 (size 2)"), "\(named[4])")
    #expect(named[5].contains("2 dimensions"), "\(named[5])")
    #expect(named[6].contains("error["), "\(named[6])")
    #expect(named[8].contains(".safetensors, .npz, .npy, .csv"), "\(named[8])")
    #expect(named[9].contains("one array"), "\(named[9])")
    #expect(named[10].contains("size 3"), "\(named[10])")
    let csv = try String(contentsOfFile: "\(folder.path)/y.csv", encoding: .utf8)
    #expect(csv == "ids,x_0,x_1\na,1.5,2.0\n\"b,c\",3.0,-4.0\n")
  }

  @Test(.enabled(if: torch != nil, absence)) func pythonReadsEveryExport() throws {
    let folder = try ScratchFolder()
    let printed = try session([
      "t = tensor([[1.5, 2.0, 0.0], [3.0, -4.0, 1.0]], [item, d])",
      "export(\"\(folder.path)/x.npz\", x = t, turned = order(t, [d, item]), n = tensor([1, 2], [item]), "
        + "b = tensor([true, false], [item]), ids = [\"a\", \"ü中\"], one = t[item = 0][d = 1])",
      "export(\"\(folder.path)/x.npy\", x = t)",
      "export(\"\(folder.path)/x.safetensors\", x = order(t, [d, item]), n = tensor([1, 2], [item]), b = t > 1.0)",
    ])
    for text in printed { #expect(!text.contains("error["), "\(text)") }
    try #require(Self.torch).run(
      """
      import numpy as np
      from safetensors.torch import load_file
      from safetensors import safe_open
      base = np.array([[1.5, 2, 0], [3, -4, 1]], dtype="f4")
      z = np.load("\(folder.path)/x.npz")
      assert (z["x"] == base).all() and z["x"].dtype == np.float32
      assert (z["turned"] == base.T).all() and z["one"].shape == () and float(z["one"]) == 2
      assert z["n"].dtype == np.int32 and z["n"].tolist() == [1, 2] and z["b"].dtype == bool and z["b"].tolist() == [True, False]
      assert z["ids"].tolist() == ["a", "ü中"], z["ids"]
      import zipfile; assert zipfile.ZipFile("\(folder.path)/x.npz").testzip() is None
      assert (np.load("\(folder.path)/x.npy") == base).all()
      s = load_file("\(folder.path)/x.safetensors")
      assert (s["x"].numpy() == base.T).all() and s["n"].tolist() == [1, 2] and s["b"].tolist() == (base > 1).tolist()
      with safe_open("\(folder.path)/x.safetensors", "pt") as f: assert f.metadata()["format"] == "pt", f.metadata()
      """)
  }

  @Test(.enabled(if: netCDF != nil, "needs python3 with netCDF4")) func listsNamedAsAxesAreCoordinates() throws {
    let python = try #require(Self.netCDF)
    let folder = try ScratchFolder()
    let printed = try session([
      "t = tensor([[1.5, 2.0, 3.0], [3.0, -4.0, 5.0]], [item, d])",
      "export(\"\(folder.path)/x.nc\", t = t, d = [0.5, 1.0, 2.0], item = [7, 9])",
      "f = open(\"\(folder.path)/x.nc\")", "axes(tensor(f.t))", "tensor(f.d)",
      "export(\"\(folder.path)/y.nc\", t = t, d = [0.5, 1.0])",
    ])
    #expect(printed[3] == "[item=2, d=3]" && printed[4] == "[d=3] 0.5, 1.0, 2.0", "\(printed)")
    #expect(printed[5].contains("2 entries") && printed[5].contains("size 3"), "\(printed[5])")
    try python.run(
      """
      import netCDF4, numpy as np
      with netCDF4.Dataset("\(folder.path)/x.nc") as f:
          assert f["t"].dimensions == ("item", "d"), f["t"]
          assert f["d"][:].tolist() == [0.5, 1, 2] and f["item"][:].tolist() == [7, 9]
          assert f["d"].dimensions == ("d",) and sorted(f.dimensions) == ["d", "item"]
      """)
  }

  @Test(.enabled(if: h5py != nil, "needs python3 with h5py")) func notesReachThoseWhoReadHDF5() throws {
    let python = try #require(Self.h5py)
    let folder = try ScratchFolder()
    let printed = try session([
      "t = tensor([[1.5, 2.0], [3.0, -4.0]], [item, d])",
      "export(\"\(folder.path)/x.h5\", items = t, ids = [\"a\", \"b\"], "
        + "about = {title: \"films\", year: 2024, items: {units: \"1\", scale: 0.5, tags: [\"x\", \"y\"]}})",
      "f = open(\"\(folder.path)/x.h5\")", "f.attributes.title", "f.items.attributes.units", "f.ids.texts",
      "tensor(f.items)",
      "export(\"\(folder.path)/x.h5\", items = t, about = {item: {units: \"1\"}})",
    ])
    #expect(printed[3] == "films" && printed[4] == "1" && printed[5] == #"["a", "b"]"#, "\(printed)")
    #expect(printed[6].contains("[item=2, d=2]"), "\(printed[6])")
    #expect(printed[7].contains("`item`, which is not exported") && printed[7].contains("items"), "\(printed[7])")
    try python.run(
      """
      import h5py
      with h5py.File("\(folder.path)/x.h5") as f:
          assert f.attrs["title"] == "films" and f.attrs["year"] == 2024
          assert f["items"].attrs["units"] == "1" and f["items"].attrs["scale"] == 0.5
          assert list(f["items"].attrs["tags"]) == ["x", "y"]
      """)
  }
}
