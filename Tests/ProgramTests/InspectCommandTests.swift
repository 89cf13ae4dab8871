import Foundation
import TestKit
import Testing

private let python = Python.withModules("h5py", "numpy")

/// `pmm inspect` on files of this program and of others.
struct InspectCommandTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  @Test func aCheckpointShowsItsParts() throws {
    let saved = try program.run(
      script: """
        from layers import Linear
        model Own(width = 4, over = item) {
          axis d = width
          part up = Linear(d, d)
          part down = Linear(d, d)
          def forward(x: [..., d]) -> [..., d] = x |> up |> down
        }
        save(Own(), "m.h5")
        """)
    #expect(saved.status == 0, "\(saved.errors)")
    let outcome = try program.run("inspect", "m.h5")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("m.h5: HDF5, "))
    #expect(outcome.output.contains("It was written by pmm"))
    #expect(outcome.output.contains("  40 parameters: up 20, down 20\n"))
    #expect(
      outcome.output.contains("    up/\n      weight  float32 [out=4, d=4], contiguous\n      bias  float32 [d=4]"))
    #expect(outcome.output.contains("@created_by = \"pmm "))
    #expect(!outcome.output.contains("cannot be read"))
  }

  @Test func whatIsNoFileOfTensorsIsRefusedInWords() throws {
    try program.folder.write("a.h5", "<!DOCTYPE html>")
    let page = try program.run("inspect", "a.h5")
    #expect(page.status == 1)
    #expect(page.output.isEmpty)
    #expect(page.errors.contains("a web page"))
    #expect(try program.run("inspect", "nowhere.h5").errors.contains("cannot open nowhere.h5"))
    #expect(try program.run("inspect", ".").errors.contains("not a regular file"))
    #expect(try program.run("inspect").status == 2)
  }

  @Test(.enabled(if: python != nil, "needs python3 with h5py and numpy"))
  func aFileOfAnotherProgramIsShownAsTreeAndAsJSON() throws {
    let path = program.folder.file("x.h5")
    try #require(python).run(
      """
      import h5py, numpy as np
      with h5py.File('\(path)', 'w') as f:
          f['g/w'] = np.array([[1.5, -2], [np.inf, 4]], 'f4'); f['g'].attrs['note'] = 'a\\x1b[2Jb' + 'long ' * 100
          f['g/\\x1b]0;t'] = np.array([2**63 - 1]); f['c'] = np.array([1 + 2j]); f['t'] = ['a', 'b']
      """)
    let tree = try program.run("inspect", "x.h5")
    #expect(tree.status == 0)
    #expect(tree.output.contains("w  float32 [2, 2], contiguous"))
    #expect(tree.output.contains("…\""), "long texts are cut")
    #expect(!tree.output.contains("\u{1B}"))
    let json = try program.run("inspect", "--json", "x.h5")
    #expect(json.status == 0)
    #expect(!json.output.contains("\u{1B}"))
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let sets = try #require(report["datasets"] as? [[String: Any]])
    let found = Dictionary(uniqueKeysWithValues: sets.compactMap { set in (set["path"] as? String).map { ($0, set) } })
    #expect(found["/g/w"]?["sum"] as? Double == 3.5, "infinities do not count")
    #expect((found["/g/w"]?["head"] as? [Any])?[2] as? String == "inf")
    #expect((found["/g/\u{1B}]0;t"]?["head"] as? [Any])?.first as? Int == Int.max)
    #expect(found["/c"]?["class"] as? String == "complex")
    #expect(found["/t"]?["head"] as? [String] == ["a", "b"])
  }

  /// Each tensor is looked at alone; only where none can be read, the file is refused.
  @Test(.enabled(if: python != nil, "needs python3 with h5py and numpy"))
  func oneBrokenTensorIsToldAmongTheOthers() throws {
    let make = { (more: String) in
      try #require(python).run(
        """
        import h5py, numpy as np
        with h5py.File('\(program.folder.file("y.h5"))', 'w') as f:
            d = f.create_dataset('bad', data=np.zeros(9), chunks=(9,), compression='gzip')
            d.id.write_direct_chunk((0,), b'nonsense'); \(more)
        """)
    }
    try make("f['good'] = 1.")
    let partly = try program.run("inspect", "--json", "y.h5")
    #expect(partly.status == 0)
    #expect(partly.output.contains("the gzip data of a chunk is broken"))
    try make("pass")
    let none = try program.run("inspect", "--json", "y.h5")
    #expect(none.status == 1)
    #expect(none.errors.contains("nothing in y.h5 can be read"))
  }
}
