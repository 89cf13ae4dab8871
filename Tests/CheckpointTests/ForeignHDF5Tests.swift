import Checkpoint
import Foundation
import TensorFiles
import TestKit
import Testing

/// What is read of HDF5 files of other programs.
@Suite(.enabled(if: ForeignFiles.python != nil, ForeignFiles.absence))
struct ForeignHDF5Tests {
  let files: ForeignFiles

  init() throws { files = try ForeignFiles() }

  /// Every type in every layout comes out as NumPy sees it.
  @Test(arguments: [
    "", "chunks=(3, 2, 4)", "chunks=(3, 2, 4), compression='gzip', shuffle=True, fletcher32=True",
    "chunks=(7, 5, 9), fletcher32=True, shuffle=True", "chunks=(2, 5, 9), compression='gzip'", "chunks=(1, 1, 1)",
  ])
  func everyTypeInEveryLayout(_ layout: String) throws {
    let types = ["f8", "f4", "f2", ">f8", ">f4", ">f2", "i8", "i4", ">i2", "i1", "u8", ">u4", "u2", "u1", "b1"]
    let source = try files.make(
      """
      for t in \(types):
          f.create_dataset('x/' + t, data=(np.arange(315).reshape(7, 5, 9) % 120).astype(t), \(layout))
      """)
    for type in types {
      let expected = (0..<315).map { type == "b1" ? min(1, Double($0 % 120)) : Double($0 % 120) }
      #expect(try source.doubles("x/" + type) == expected, "\(type) \(layout)")
    }
    #expect(source.groups.map(\.path) == [["x"]])
  }

  @Test func whatWasNeverWrittenHasTheFillValue() throws {
    let source = try files.make(
      """
      d = f.create_dataset('x', (5, 4), '>f4', chunks=(2, 3), fillvalue=1.5, compression='gzip'); d[4, 3] = 9
      f.create_dataset('y', (3,), '>i4', fillvalue=-7)
      f.create_dataset('huge', (1 << 40,), 'f4', chunks=(1 << 20,))
      """)
    var expected = [Double](repeating: 1.5, count: 20)
    expected[19] = 9
    #expect(try source.doubles("x") == expected)
    #expect(try source.doubles("y") == [-7, -7, -7])
    #expect(try source.entry("huge").problem?.contains("only 0 are stored") == true)
  }

  @Test func aNumberThatDoesNotFitIsNamedWithItsPlace() throws {
    let source = try files.make(
      "f['x'] = np.array([[1, 2], [3, 1e300]]); f['n'] = np.array([0, -3000000000]); f['h'] = np.array([0.5])")
    #expect(try source.complaint("x", as: .float64) == nil)
    let large = try #require(try source.complaint("x", as: .float32))
    #expect(large.code == "number-too-large")
    #expect(large.message == "x holds 1e+300 at [1, 1], which float32 cannot hold")
    #expect(try source.complaint("n", as: .int32)?.message.contains("-3000000000 at [1]") == true)
    #expect(try source.complaint("h", as: .int32)?.message.contains("0.5 at [0]") == true)
  }

  @Test func textsOfEveryKind() throws {
    let source = try files.make(
      """
      f.create_dataset('any', data=['a', 'å中', ''], dtype=h5py.string_dtype())
      f.create_dataset('packed', data=[['a', 'b'], ['c', 'dd'], ['e', '']], dtype=h5py.string_dtype(), chunks=(2, 1), compression='gzip')
      f['fixed'] = np.array([b'ab', b'cde ', b''], dtype='S4')
      f.create_dataset('fixedpacked', data=np.array([b'ab', b'cde', b'']), chunks=(2,), compression='gzip')
      t = h5py.h5t.C_S1.copy(); t.set_size(6); t.set_strpad(h5py.h5t.STR_SPACEPAD)
      d = h5py.h5d.create(f.id, b'blanks', t, h5py.h5s.create_simple((2,)))
      d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b'ab    ', b'abcdef'], dtype='S6'), mtype=t)
      f['one'] = 'hello'
      """)
    let texts = { (name: String) in try source.texts(source.entry(name)) }
    #expect(try texts("any") == ["a", "å中", ""])
    #expect(try texts("packed") == ["a", "b", "c", "dd", "e", ""])
    #expect(try texts("fixed") == ["ab", "cde ", ""])
    #expect(try texts("fixedpacked") == ["ab", "cde", ""])
    #expect(try texts("blanks") == ["ab", "abcdef"])
    #expect(try texts("one") == ["hello"])
    #expect(try source.complaint("any")?.code == "wrong-type")
  }

  @Test func axesHaveTheNamesOfEveryConvention() throws {
    let source = try files.make(
      """
      f['item'] = np.arange(3); f['item'].make_scale('item')
      f['w'] = np.zeros((3, 2)); f['w'].dims[0].attach_scale(f['item']); f['w'].dims[1].label = 'channel'
      f['own'] = np.zeros((2, 2, 2)); f['own'].attrs['axis_names'] = np.array([b'a', b'b', b'a'])
      f['bare'] = np.zeros((2,))
      """)
    #expect(try source.entry("w").axes == ["item", "channel"])
    #expect(try source.entry("item").axes == ["item"])
    #expect(try source.entry("own").axes == ["a", "b", "a"])
    #expect(try source.entry("bare").axes == [nil])
  }

  @Test func linksAreFollowedInsideTheFileOnly() throws {
    let secret = try files.folder.write("secret.bin", [UInt8](repeating: 1, count: 64))
    let source = try files.make(
      """
      f['a/x'] = np.arange(2.); f['a/tied'] = f['a/x']; f['a/up'] = f['/']; f['soft'] = h5py.SoftLink('/a/x')
      f['nowhere'] = h5py.SoftLink('/none'); f['out'] = h5py.ExternalLink('other.h5', '/x')
      f.create_dataset('raw', (16,), 'f4', external=[('\(secret)', 0, 64)])
      """)
    for name in ["a/x", "a/tied", "soft"] { #expect(try source.doubles(name) == [0, 1]) }
    #expect(try source.entry("a/up").content == .other("the group / once more"))
    #expect(try source.entry("nowhere").problem?.contains("not there") == true)
    #expect(try source.entry("out").problem?.contains("not followed") == true)
    #expect(try source.complaint("raw")?.message.contains("another file") == true)
  }

  @Test func orderIsThatOfTheMakingOrOfTheNumbers() throws {
    let ordered = try files.make("for n in ['z', 'a', '10', '9']: f[n] = 1.", options: ", track_order=True")
    #expect(ordered.entries.map(\.name) == ["z", "a", "10", "9"])
    let numbered = try files.make("for n in range(12): f[f'layers/dense/vars/{n}'] = 1.")
    #expect(numbered.entries.map(\.path.last) == (0..<12).map { "\($0)" })
    #expect(numbered.notes.first?.contains("Keras 3") == true)
  }

  @Test func attributesKeepTheirKinds() throws {
    let source = try files.make(
      """
      f.attrs['text'] = 'å'; f.attrs['numbers'] = [1, 2]; f.attrs['flag'] = True; f.attrs['c'] = 1 + 2j
      f.attrs['many'] = np.zeros(5000); f['x'] = 1.; f['x'].attrs['big'] = np.array([3], '>i8')
      """)
    let all = Dictionary(uniqueKeysWithValues: source.attributes.map { ($0.name, $0.value) })
    #expect(all["text"] == .texts(["å"]))
    #expect(all["numbers"] == .numbers([1, 2]))
    #expect(all["flag"] == .numbers([1]))
    #expect(all["c"] == .other("a compound of r, i"))
    #expect(all["many"] == .other("5000 values, too many to show"))
    #expect(try source.entry("x").attributes == [FileAttribute("big", .numbers([3]))])
  }

  /// A chunk that is damaged is an error; the library would give bytes of its own memory, or crash.
  @Test(arguments: [
    ("zlib.compress(b'1' * 100)", "100 bytes instead of 16384"), ("zlib.compress(b'1' * 20000)", "something else than"),
    ("b'nonsense'", "broken"),
  ])
  func aDamagedChunkIsAnError(_ chunk: String, _ words: String) throws {
    let source = try files.make(
      """
      d = f.create_dataset('x', data=np.zeros((64, 64), 'f4'), chunks=(64, 64), compression='gzip')
      d.id.write_direct_chunk((0, 0), \(chunk)); f['good'] = np.arange(3.)
      f.create_dataset('packed', data=np.arange(6.), chunks=(2,), compression='gzip')
      """)
    #expect(try source.complaint("x")?.message.contains(words) == true)
    #expect(try source.doubles("packed") == [0, 1, 2, 3, 4, 5], "an error leaves the rest readable")
    #expect(try source.doubles("good") == [0, 1, 2])
  }

  @Test func aFilterThatIsMissingIsNamed() throws {
    let source = try files.make("f.create_dataset('x', data=np.zeros((64, 64)), chunks=(8, 8), compression='lzf')")
    let problem = try #require(try source.entry("x").problem)
    #expect(problem.contains("lzf (filter 32000)"))
    #expect(problem.contains("h5repack -f GZIP=4"))
  }

  @Test func whatAnotherProgramWritesIsToldApart() throws {
    let path = try files.write("f['x'] = 1.")
    let python = try #require(ForeignFiles.python)
    let message = try python.run(
      """
      import h5py, subprocess
      with h5py.File('\(path)', 'r+') as f:
          print(subprocess.run(['\(BuiltProgram.path)', 'inspect', '\(path)'], capture_output=True, text=True).stderr)
      """)
    #expect(message.contains("HDF5_USE_FILE_LOCKING=FALSE"))
  }
}
