import Foundation
import TestKit
import Testing

private let generator = SharedFolder.url("tools/zoos/make_foreign_h5.py")
private let judge = SharedFolder.url("tools/zoos/check_h5_reader.py")
private let python = Python.withModules("h5py", "numpy")

/// `pmm inspect --json` on 150 files, good, odd and hostile, with an independent judge.
@Suite(
  .enabled(if: generator != nil && judge != nil, "\(SharedFolder.absence)"),
  .enabled(if: python != nil, ForeignFiles.absence))
struct ForeignZooTests {
  @Test func theJudgeFindsNothingWrong() throws {
    let folder = try ScratchFolder()
    let zoo = folder.file("zoo")
    let python = try #require(python)
    let run = { (program: URL?, arguments: [String]) throws -> String in
      let program = try #require(program)
      return try python.run(
        """
        import sys, runpy
        sys.dont_write_bytecode = True
        sys.argv = [\(([program.path] + arguments).map { "'\($0)'" }.joined(separator: ", "))]
        runpy.run_path(sys.argv[0], run_name='__main__')
        """)
    }
    _ = try run(generator, [zoo])
    let told = try run(judge, [zoo, "--", BuiltProgram.path, "inspect", "--json", "{file}"])
    let last = try #require(told.split(separator: "\n").last)
    #expect(last.hasSuffix(" 0 failed"), "\(told)")
    #expect(try #require(Int(last.prefix { $0.isNumber })) > 100)
  }
}
