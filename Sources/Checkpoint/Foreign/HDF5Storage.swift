import CHDF5
import TensorFiles

/// How the values of a dataset lie in its file.
struct HDF5Storage {
  enum Layout { case contiguous, compact, chunked }

  let layout: Layout
  let filters: [ChunkFilter]
  /// For people.
  let words: String
  /// Why the values are not read.
  var problem: String?
  /// The shape of a tile in which the child reads.
  let tile: [Int]

  /// - Parameters:
  ///   - creation: the dataset's list of properties.
  ///   - size: bytes of the file.
  init(_ dataset: hid_t, creation: hid_t, shape: [Int], type: HDF5Type, size: Int) {
    // Texts of any length take much more memory than their 16 bytes.
    let width = type.content == .texts(nil) ? 1024 : max(type.width, type.memoryWidth)
    let filters = Self.filters(creation)
    self.filters = filters
    var chunk = TileGrid.rows(shape: shape, width: width, bytes: 1 << 20)
    switch H5Pget_layout(creation) {
    case H5D_CONTIGUOUS:
      layout = .contiguous
      words = H5Pget_external_count(creation) == 0 ? "contiguous" : "in another file"
    case H5D_COMPACT:
      layout = .compact
      words = "compact"
    case H5D_CHUNKED:
      layout = .chunked
      var sides = [hsize_t](repeating: 0, count: 32)
      let rank = H5Pget_chunk(creation, 32, &sides)
      chunk = rank < 0 ? [] : sides.prefix(Int(rank)).map { Int(clamping: $0) }
      let names = filters.map { ChunkFilter.name($0.id) }
      words =
        "chunks of " + chunk.map(String.init).joined(separator: " x ") + names.map { ", " + $0 }.joined()
    case H5D_VIRTUAL:
      layout = .contiguous
      words = "virtual"
      problem = "it is a view of datasets in other files, which are not read; h5repack writes it out"
    default:
      layout = .contiguous
      words = "of an unknown layout"
      problem = "its layout is unknown to this version of HDF5"
    }
    tile = chunk
    if H5Pget_external_count(creation) != 0 {
      problem = "its values are kept in another file, which is not read"
    }
    if problem == nil { problem = Self.missing(filters) }
    if problem == nil { problem = sizeProblem(dataset, shape: shape, type: type, size: size) }
  }

  /// Whether this program unpacks chunks itself.
  var isOwn: Bool { filters.allSatisfy(\.isOwn) }

  private static func filters(_ creation: hid_t) -> [ChunkFilter] {
    let count = max(0, min(32, H5Pget_nfilters(creation)))
    return (0..<count).map { index in
      var (flags, config): (UInt32, UInt32) = (0, 0)
      var values = [UInt32](repeating: 0, count: 16)
      var used = values.count
      let id = H5Pget_filter2(creation, UInt32(index), &flags, &used, &values, 0, nil, &config)
      return ChunkFilter(id: id, width: used > 0 ? Int(values[0]) : 0)
    }
  }

  private static func missing(_ filters: [ChunkFilter]) -> String? {
    guard let filter = filters.first(where: { !$0.isOwn && H5Zfilter_avail($0.id) <= 0 }) else { return nil }
    return "its chunks are packed with \(ChunkFilter.name(filter.id)) (filter \(filter.id)), which this program has no "
      + "reader for; h5repack -f GZIP=4 IN OUT rewrites the file where that filter is installed"
  }

  /// Whether the file could hold what the dataset claims.
  private func sizeProblem(_ dataset: hid_t, shape: [Int], type: HDF5Type, size: Int) -> String? {
    guard let count = elementCount(shape) else { return "it claims more values than can be counted" }
    let (declared, overflow) = count.multipliedReportingOverflow(by: type.width)
    guard !overflow else { return "it claims more bytes than can be counted" }
    let stored = Int(pmm_h5_stored_bytes(dataset))
    guard stored >= 0 else { return hdf5Error("find its values", place: "").message }
    if layout != .chunked, stored > 0 {
      guard stored >= declared, stored <= size else {
        return "it claims \(declared) bytes, but \(stored) are stored in a file of \(size)"
      }
    }
    if declared > HDF5Limits.freeBytes, declared / HDF5Limits.packing > stored {
      return "it claims \(declared) bytes, but only \(stored) are stored"
    }
    guard TileGrid(shape: shape, tile: tile, width: max(type.width, type.memoryWidth)) != nil else {
      return "it is cut into too many or too large chunks"
    }
    return nil
  }
}
