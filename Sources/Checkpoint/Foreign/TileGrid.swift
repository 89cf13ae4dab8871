import TensorFiles

/// How a dataset is cut into tiles of one shape, such as its chunks; those at the far edges may reach beyond it.
struct TileGrid {
  let shape: [Int]
  let tile: [Int]
  /// Tiles along each axis.
  private let sides: [Int]
  /// How many tiles there are.
  let count: Int
  /// Values of one tile.
  let tileCount: Int

  /// Nil where the shapes do not fit each other or there are too many tiles, or too large ones.
  init?(shape: [Int], tile: [Int], width: Int) {
    guard shape.count == tile.count, tile.allSatisfy({ $0 > 0 }), shape.allSatisfy({ $0 >= 0 }), width > 0,
      let tileCount = elementCount(tile), tileCount <= HDF5Limits.tileBytes / width
    else { return nil }
    let sides = zip(shape, tile).map { side, step in side / step + (side % step == 0 ? 0 : 1) }
    guard let count = elementCount(sides), count <= HDF5Limits.tiles else { return nil }
    self.shape = shape
    self.tile = tile
    self.sides = sides
    self.count = count
    self.tileCount = tileCount
  }

  /// Where a tile begins.
  func origin(_ index: Int) -> [Int] {
    var rest = index
    var origin = tile
    for axis in tile.indices.reversed() {
      origin[axis] = rest % sides[axis] * tile[axis]
      rest /= sides[axis]
    }
    return origin
  }

  /// What of the tile at `origin` is inside the dataset.
  func extent(_ origin: [Int]) -> [Int] {
    shape.indices.map { min(tile[$0], shape[$0] - origin[$0]) }
  }

  /// The longest runs of values of a tile that stand together both in it and in the dataset: `body` gets the place of
  /// the first in the dataset, in the tile, and how many.
  func runs(
    _ index: Int, _ body: (_ first: Int, _ inTile: Int, _ count: Int) throws(FileError) -> Void
  ) throws(FileError) {
    let origin = origin(index)
    let extent = extent(origin)
    // Axes from `outer` on are whole in both; they and the one before make a run.
    var outer = shape.count
    while outer > 0, extent[outer - 1] == shape[outer - 1], tile[outer - 1] == shape[outer - 1] { outer -= 1 }
    let axis = max(0, outer - 1)
    let run = extent[axis...].reduce(1, *)
    let (strides, tileStrides) = (Self.strides(shape), Self.strides(tile))
    var place = [Int](repeating: 0, count: axis)
    while true {
      var (first, inTile) = (0, 0)
      for step in shape.indices {
        let within = step < axis ? place[step] : 0
        first += (origin[step] + within) * strides[step]
        inTile += within * tileStrides[step]
      }
      try body(first, inTile, run)
      var step = axis - 1
      while step >= 0 {
        place[step] += 1
        if place[step] < extent[step] { break }
        place[step] = 0
        step -= 1
      }
      if step < 0 { return }
    }
  }

  private static func strides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    return strides
  }

  /// A tile of whole rows of at most `bytes`, or of part of one.
  static func rows(shape: [Int], width: Int, bytes: Int) -> [Int] {
    var room = max(1, bytes / max(1, width))
    var tile = shape
    for axis in shape.indices.reversed() {
      tile[axis] = max(1, min(shape[axis], room))
      room /= tile[axis]
    }
    return tile
  }
}
