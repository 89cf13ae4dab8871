import Content
import TestKit
import Testing

private let six = StoreFiles.floats([1, 2, 3, 4, 5, 6])

struct StoredVectorsTests {
  private func npy(_ bytes: [UInt8]) throws -> StoredVectors {
    let folder = try ScratchFolder()
    return try StoredVectors.npy(path: try folder.write("x.npy", bytes))
  }

  @Test(arguments: [1, 2, 3] as [UInt8]) func floatsOfEveryVersionAreRead(_ version: UInt8) throws {
    let found = try npy(StoreFiles.npy("<f4", "(2, 3)", six, version: version))
    #expect(found.rows == 2 && found.width == 3 && found.values == [1, 2, 3, 4, 5, 6])
    let turned = try npy(StoreFiles.npy("<f4", "(2, 3)", six, version: version, fortran: true))
    #expect(turned.values == [1, 3, 5, 2, 4, 6])
  }

  @Test func otherNumbersAreRead() throws {
    #expect(
      try npy(StoreFiles.npy("<f2", "(1, 4)", [0, 0x3C, 0, 0xC0, 1, 0, 0xFF, 0x7B])).values == [1, -2, 0x1p-24, 65504])
    #expect(try npy(StoreFiles.npy("<f8", "(1, 1)", StoreFiles.little(Int(Double(0.1).bitPattern), 8))).values == [0.1])
    #expect(
      try npy(StoreFiles.npy("<i8", "(1, 2)", StoreFiles.little(-5, 8) + StoreFiles.little(7, 8))).values == [-5, 7])
    #expect(try npy(StoreFiles.npy("|i1", "(2, 1)", [0xFF, 1])).values == [-1, 1])
    #expect(try npy(StoreFiles.npy("<u2", "(1, 1)", [0xFF, 0xFF])).values == [65535])
  }

  @Test(arguments: [
    (StoreFiles.npy("|O", "(2, 3)", six), "pickled objects, which are programs and are not run"),
    (StoreFiles.npy("<c8", "(2, 3)", six), "values of the type <c8"),
    (
      StoreFiles.npy("<f4", "(2, 3)", Array(six.dropLast())),
      "has 23 bytes of values, but its header claims (2, 3) of 4 bytes, which take 24"
    ),
    (StoreFiles.npy("<f4", "(6,)", six), "has the shape (6)"),
    (StoreFiles.npy("<f4", "(4611686018427387904, 4)", six), "but its header claims"),
    (StoreFiles.npy("<f4", "(-2, 3)", six), "without a shape"),
    (StoreFiles.npy("<f4", "(2, 3)", six, version: 9), "version 9"),
    (Array("x,y\n1,2\n1,2\n".utf8), "is not a .npy file"),
    (StoreFiles.npy("<f4", "(1, 2)", StoreFiles.floats([1, .nan])), "not finite in row 0, column 1"),
    (Array(StoreFiles.npy("<f4", "(2, 3)", six).prefix(40)), "header claims"),
  ])
  func whatIsNoArrayOfRowsIsAnError(_ bytes: [UInt8], _ says: String) throws {
    let error = #expect(throws: ContentError.self) { try npy(bytes) }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func rawFloatsShareAFileEqually() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("X.feat1CLS", six)
    #expect(try StoredVectors.raw(path: path, rows: 3, width: nil).width == 2)
    let says = { (rows: Int, width: Int?) in
      #expect(throws: ContentError.self) { try StoredVectors.raw(path: path, rows: rows, width: width) }?.message ?? ""
    }
    #expect(says(4, nil).contains("has 24 bytes, which 4 rows of 32-bit floats cannot share equally"))
    #expect(says(3, 768).contains("is 3 rows of 2 values, but `dim` is 768"))
  }

  @Test func randomDamageNeverStopsTheProgram() throws {
    let folder = try ScratchFolder()
    let bytes = StoreFiles.npy("<f4", "(2, 3)", six)
    var noise = Noise()
    for _ in 0..<500 {
      do { _ = try StoredVectors.npy(path: try folder.write("x.npy", noise.damaged(bytes))) } catch {
        #expect(error is ContentError)
      }
    }
  }
}
