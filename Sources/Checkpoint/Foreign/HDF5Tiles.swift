import CHDF5
import TensorFiles

/// Reads the values of one dataset a tile at a time, in the child process.
struct HDF5Tiles: ~Copyable {
  private let dataset: Handle
  private let kind: Handle
  private let space: Handle
  private let creation: Handle
  private let memory: Handle
  private let transfer: Handle
  private let type: HDF5Type
  private let storage: HDF5Storage
  private let grid: TileGrid
  private let place: String
  /// Bytes of the file.
  private let size: Int

  /// Opens the dataset at `address`.
  init(_ file: hid_t, address: UInt64, size: Int, place: String) throws(FileError) {
    let found = try Handle(H5Oopen_by_addr(file, haddr_t(address)), "open it", place: place)
    guard H5Iget_type(found.id) == H5I_DATASET else {
      throw FileError(code: "damaged-file", message: "there is no dataset any more", place: place)
    }
    let kind = try Handle(H5Dget_type(found.id), "read its type", place: place)
    let space = try Handle(H5Dget_space(found.id), "read its shape", place: place)
    let creation = try Handle(H5Dget_create_plist(found.id), "read how it is stored", place: place)
    let type = try HDF5Type(kind.id, place: place)
    guard let shape = try HDF5Space.shape(space.id, place: place) else {
      throw FileError(code: "unreadable-tensor", message: "it holds nothing", place: place)
    }
    let storage = HDF5Storage(found.id, creation: creation.id, shape: shape, type: type, size: size)
    if let problem = storage.problem { throw FileError(code: "unreadable-tensor", message: problem, place: place) }
    guard let grid = TileGrid(shape: shape, tile: storage.tile, width: max(type.width, type.memoryWidth)) else {
      throw FileError(code: "unreadable-tensor", message: "it is cut into too many or too large chunks", place: place)
    }
    let memory = try Handle(type.memoryType(kind.id), "make a type", place: place)
    let transfer = try Handle(pmm_h5_strict_transfer(), "make a property list", place: place)
    self.dataset = found
    self.kind = kind
    self.space = space
    self.creation = creation
    self.memory = memory
    self.transfer = transfer
    self.type = type
    self.storage = storage
    self.grid = grid
    self.place = place
    self.size = size
  }

  /// Sends all tiles, in order.
  func send(_ send: (HDF5Frame, [UInt8]) throws(FileError) -> Void) throws(FileError) {
    for tile in 0..<grid.count {
      if tile % 16 == 0 || grid.tileCount > 1 << 16 { try HDF5Server.progress() }
      switch type.content {
      case .numbers: try sendNumbers(tile, send)
      case .texts(let width): try send(.texts, try texts(tile, width: width))
      case .other(let words):
        throw FileError(code: "wrong-type", message: "it holds \(words)", place: place)
      }
    }
  }

  private func sendNumbers(_ tile: Int, _ send: (HDF5Frame, [UInt8]) throws(FileError) -> Void) throws(FileError) {
    guard storage.layout == .chunked, storage.isOwn, !type.isOdd else {
      try send(.numbers, try read(tile))
      return
    }
    guard let chunk = try unpacked(tile, width: type.width) else {
      try send(.fill, try Self.fill(kind.id, type, creation: creation.id, place: place))
      return
    }
    try send(.numbers, chunk)
  }

  /// The bytes of a chunk as they were before packing; nil where it was never written.
  private func unpacked(_ tile: Int, width: Int) throws(FileError) -> [UInt8]? {
    let origin = grid.origin(tile).map { hsize_t($0) }
    var stored: hsize_t = 0
    if H5Dget_chunk_storage_size(dataset.id, origin, &stored) < 0 {
      let error = hdf5Error("find a chunk", place: place)
      // Newer versions of the library answer with 0 bytes for a chunk that was never written.
      guard error.message.contains("chunk storage is not alloc") else { throw error }
      return nil
    }
    guard stored > 0 else { return nil }
    guard let count = Int(exactly: stored), count <= size, count <= HDF5Limits.tileBytes else {
      throw FileError(
        code: "damaged-file", message: "a chunk claims \(stored) bytes in a file of \(size)", place: place)
    }
    var bytes = [UInt8](repeating: 0, count: count)
    var skipped: UInt32 = 0
    try require(
      H5Dread_chunk(dataset.id, pmm_h5_default(), origin, &skipped, &bytes), "read the chunk at \(origin)",
      place: place)
    do {
      return try ChunkFilters.unpack(bytes, storage.filters, skipped: skipped, count: grid.tileCount * width)
    } catch {
      throw FileError(code: "damaged-file", message: "\(error.words), at \(origin)", place: place)
    }
  }

  /// A tile through the library, with what lies beyond the dataset left at zero.
  private func read(_ tile: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: grid.tileCount * type.memoryWidth)
    let window = try select(tile)
    try require(
      H5Dread(dataset.id, memory.id, window.id, space.id, transfer.id, &bytes),
      "read the values at \(grid.origin(tile))", place: place)
    return bytes
  }

  private func texts(_ tile: Int, width: Int?) throws(FileError) -> [UInt8] {
    var packed: [UInt8] = []
    func append(_ text: some Collection<UInt8>) {
      for shift in [0, 8, 16, 24] { packed.append(UInt8(truncatingIfNeeded: text.count >> shift)) }
      packed.append(contentsOf: text)
    }
    guard let width else {
      // The library does not notice a chunk that is too short. In it stands a length, an address and an index a text.
      if storage.layout == .chunked, storage.isOwn {
        _ = try unpacked(tile, width: 8 + pmm_h5_address_bytes(dataset.id))
      }
      let window = try select(tile)
      let texts = try HDF5TextFields.variable(kind.id, window.id, count: grid.tileCount, place: place) { target in
        H5Dread(dataset.id, kind.id, window.id, space.id, transfer.id, target)
      }
      for text in texts { append(text) }
      return packed
    }
    let bytes: [UInt8]
    if storage.layout == .chunked, storage.isOwn, let chunk = try unpacked(tile, width: width) {
      bytes = chunk
    } else {
      bytes = try read(tile)
    }
    let fields = HDF5TextFields(kind.id)
    for index in 0..<grid.tileCount { append(fields.bytes(bytes[index * width..<(index + 1) * width])) }
    return packed
  }

  /// Selects a tile in the dataset, and in a space of the tile's own shape that it gives back.
  private func select(_ tile: Int) throws(FileError) -> Handle {
    guard !grid.shape.isEmpty else { return try Handle(pmm_h5_scalar(), "make a shape", place: place) }
    let origin = grid.origin(tile)
    let extent = grid.extent(origin).map { hsize_t($0) }
    let sides = grid.tile.map { hsize_t($0) }
    let window = try Handle(H5Screate_simple(Int32(sides.count), sides, nil), "make a shape", place: place)
    let zeros = [hsize_t](repeating: 0, count: sides.count)
    try require(
      H5Sselect_hyperslab(space.id, H5S_SELECT_SET, origin.map { hsize_t($0) }, nil, extent, nil), "select a tile",
      place: place)
    try require(
      H5Sselect_hyperslab(window.id, H5S_SELECT_SET, zeros, nil, extent, nil), "select a tile", place: place)
    return window
  }

  /// The bytes in memory of a number that was never written.
  static func fill(_ kind: hid_t, _ type: HDF5Type, creation: hid_t, place: String) throws(FileError) -> [UInt8] {
    var value = [UInt8](repeating: 0, count: max(type.width, type.memoryWidth))
    let memory = try Handle(type.memoryType(kind), "make a type", place: place)
    try require(pmm_h5_fill(creation, memory.id, &value, value.count), "read its fill value", place: place)
    return Array(value.prefix(type.memoryWidth))
  }
}
