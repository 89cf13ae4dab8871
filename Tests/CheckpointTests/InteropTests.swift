import Checkpoint
import Foundation
import TensorFiles
import TestKit
import Testing

private let python = Python.withModules("h5py")

/// What h5py sees in files of this program.
@Suite(.enabled(if: python != nil, "needs python3 with h5py"))
struct InteropTests {
  let folder = try? ScratchFolder()

  @Test func h5pyReadsACheckpoint() throws {
    let path = try #require(folder).file("model.h5")
    try sampleState().write(to: path)
    let output = try #require(python).run(
      """
      import h5py, json
      f = h5py.File('\(path)')
      print(f.attrs['format'], f.attrs['format_version'], f.attrs['kind'])
      print(json.loads(f['pmm'][()])['width'])
      w = f['model/text/blocks/0/weight']
      print(w.dtype, w.shape, list(w.attrs['axes']), [d.label for d in w.dims], [d[0].name for d in w.dims])
      print(w.attrs['origin'], float(w[0, 1]))
      print(list(f['model/ids'].asstr()), f['model/users'][()], f['model/step'][()], f['model/empty'].shape)
      s = f['model/text/square']
      print([d[0].name for d in s.dims], s.dtype)
      print(f['model/clash'].dims[0][0].name, f['item'].shape, f['item_2'].shape, f['item'].id.get_storage_size())
      """)
    #expect(
      output == """
        pmm-checkpoint 1 model
        8
        float32 (2, 3) ['out', 'in'] ['out', 'in'] ['/out', '/in']
        b'fresh' -2.5
        ['a', '', 'été'] [        -1 2147483647] 7 (0, 2)
        ['/d', '/d'] float64
        /model_4 (3,) (2,) 0

        """)
  }

  @Test func h5pyReadsAnExport() throws {
    let path = try #require(folder).file("out/table.h5")
    let users = StoredTensor(path: [], axes: ["user", "d"], shape: [2, 2], values: .float32([1, 2, 3, 4]))
    let d = StoredTensor(path: [], axes: ["d"], shape: [2], values: .int32([5, 6]))
    try TensorExport.write(path: path, tensors: [("users", users), ("d", d)])
    let output = try #require(python).run(
      """
      import h5py
      f = h5py.File('\(path)')
      print(sorted(f), f['users'][()].tolist(), [x.label for x in f['users'].dims], f['users'].dims[1][0].name)
      """)
    #expect(
      output == "['d', 'user', 'users'] [[1.0, 2.0], [3.0, 4.0]] ['user', 'd'] /d\n", "d holds its axis's coordinates")
    let group = try HDF5Reader.read(path: path)
    #expect(group.datasets["users"]?.doubles == [1, 2, 3, 4])
  }
}
