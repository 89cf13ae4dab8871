import Checkpoint
import Foundation
import TensorFiles
import TestKit
import Testing

/// Children that crash, hang or lie, and files that are damaged at random.
@Suite(.enabled(if: ForeignFiles.python != nil, ForeignFiles.absence))
struct ForeignDamageTests {
  let files: ForeignFiles

  init() throws { files = try ForeignFiles() }

  /// Opens a good file with a program of the test's own as the child.
  private func open(with script: String, patience: Double = 5) throws -> FileError? {
    let program = try files.folder.write("child", "#!/bin/sh\n\(script)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    var settings = HDF5Child.Settings()
    settings.program = program
    settings.patience = patience
    let path = try files.write("f['x'] = 1.")
    do throws(FileError) { _ = try HDF5File.open(path, settings: settings) } catch { return error }
    return nil
  }

  @Test func aChildThatCrashesMeansDamage() throws {
    let error = try #require(try open(with: "kill -SEGV $$"))
    #expect(error.code == "damaged-file")
    #expect(error.message.contains("SIGSEGV"))
  }

  @Test func aChildThatHangsIsEnded() throws {
    let start = Date()
    let error = try #require(try open(with: "echo $$ > \(files.folder.file("pid")); exec sleep 100", patience: 0.5))
    #expect(error.code == "reading-hangs")
    #expect(Date().timeIntervalSince(start) < 20)
    let pid = try String(contentsOfFile: files.folder.file("pid"), encoding: .utf8)
    let number = try #require(Int32(pid.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(number, 0) != 0, "the child is gone, and its entry in the table of processes too")
  }

  @Test func aChildThatTalksNonsenseIsAnError() throws {
    #expect(try open(with: "echo 'what a file, what a file'; sleep 1")?.code == "hdf5-failed")
    #expect(try open(with: "exit 3")?.message.contains("status 3") == true)
    let none = try files.folder.write("child", "")
    var settings = HDF5Child.Settings()
    settings.program = none
    let path = try files.write("f['x'] = 1.")
    #expect(throws: FileError.self) { try HDF5File.open(path, settings: settings) }
  }

  /// Files that need no child keep none; those that do lose it when they are closed.
  @Test func noChildStays() throws {
    let children = { () throws -> Set<String> in
      var found: Set<String> = []
      for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int32(pid) != nil {
        // A process may end while it is looked at.
        guard let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8),
          line.contains(HDF5Server.verb),
          let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
          status.contains("PPid:\t\(getpid())\n")
        else { continue }
        found.insert(pid)
      }
      return found
    }
    let path = try files.write("f.create_dataset('x', data=np.zeros(9), chunks=(3,))")
    // Other tests open files at the same time, so only this file's own descriptor tells its child.
    let mine = { () throws -> Int in
      try children().count { pid in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(3)")) == path
      }
    }
    var source: (any TensorSource)? = try TensorFile.open(path)
    #expect(try mine() == 1)
    #expect(try source?.doubles("x") == [Double](repeating: 0, count: 9))
    source = nil
    #expect(try mine() == 0)
    let plain = try files.write("f['x'] = np.zeros(9)")
    let other = try TensorFile.open(plain)
    #expect(try mine() == 0)
    #expect(try other.doubles("x") == [Double](repeating: 0, count: 9))
  }

  /// Whatever is damaged, this process goes on: each file is read or refused, and soon.
  @Test func randomDamageNeverStopsTheProcess() throws {
    let whole = try Array(
      Data(
        contentsOf: URL(
          fileURLWithPath: files.write(
            """
            f['names'] = ['a', 'å', 'c'] * 9; f.attrs['note'] = 'text'; f['w'] = np.arange(40.).reshape(8, 5)
            f['w'].dims[0].label = 'item'; f['w'].attrs['list'] = ['x', 'yy']
            f.create_dataset('packed', data=np.arange(200.), chunks=(64,), compression='gzip', shuffle=True)
            """))))
    var generator = SeededGenerator(seed: 11)
    let path = files.folder.file("damaged.h5")
    var (read, refused) = (0, 0)
    let start = Date()
    for round in 0..<120 {
      var bytes = whole
      for _ in 0..<[1, 4, 16][round % 3] {
        bytes[Int.random(in: 8..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if round % 7 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator)) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        let source = try TensorFile.open(path)
        for entry in source.entries where entry.problem == nil {
          do throws(FileError) {
            if entry.content == .texts { _ = try source.texts(entry) } else { try source.numbers(entry) { _, _ in } }
          } catch { continue }
        }
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 10)
    #expect(refused > 10)
    #expect(Date().timeIntervalSince(start) < 120)
  }

  /// Where everything has a checksum, what is read of a damaged file is right. The library says of a damaged index that
  /// nothing was written, which would read as zeros.
  @Test func damagedNumbersAreNeverTakenForGood() throws {
    let path = try files.write(
      """
      f.create_dataset('x', data=np.arange(1., 301.).reshape(20, 15), chunks=(8, 8), compression='gzip', fletcher32=True)
      """, options: ", libver=('v110', 'v110')")
    let whole = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    let damaged = files.folder.file("damaged.h5")
    var (right, wrong) = (0, 0)
    // Every place once in a while: index, headers and chunks.
    for place in stride(from: 8, to: whole.count, by: max(1, whole.count / 90)) {
      var bytes = whole
      bytes[place] ^= 0x10
      try Data(bytes).write(to: URL(fileURLWithPath: damaged))
      guard let source = try? TensorFile.open(damaged), let numbers = try? source.doubles("x") else { continue }
      if numbers == (1...300).map(Double.init) { right += 1 } else { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect(right > 5)
  }

  @Test func aNameThatSaysHDF5MustBeRight() throws {
    let path = try files.folder.write("model.h5", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
    let error = #expect(throws: FileError.self) { try TensorFile.open(path) }
    #expect(error?.message.contains("is a safetensors file, though its name says HDF5") == true)
    #expect(
      try TensorFile.open(files.folder.write("model", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))).entries.isEmpty)
  }
}
