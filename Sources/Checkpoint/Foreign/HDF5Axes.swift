import TensorFiles

/// Names of axes, from whatever convention a file follows.
struct HDF5Axes {
  private struct Dataset {
    let node: Int
    let attributes: HDF5Attributes
    let path: [String]
  }

  private var datasets: [Dataset] = []
  /// The names that dimension scales give, by address and by netCDF's number.
  private var scales: [UInt64: String] = [:]
  private var dimensions: [Int: String] = [:]

  /// Notes what the attributes of a dataset say; `node` is its place in the description.
  mutating func add(_ attributes: HDF5Attributes, address: UInt64, path: [String], node: Int) {
    if attributes.isScale {
      // An axis goes by its dataset's name; some writers repeat the whole path.
      let last = attributes.scaleName.flatMap { $0.split(separator: "/").last }.map(String.init)
      let name = last ?? path.last ?? ""
      scales[address] = name
      if let dimension = attributes.dimension { dimensions[dimension] = name }
    }
    datasets.append(Dataset(node: node, attributes: attributes, path: path))
  }

  /// Puts the names into the datasets of the description, once all scales are known.
  func name(_ nodes: inout [HDF5Node]) {
    for dataset in datasets where dataset.node < nodes.count {
      guard var values = nodes[dataset.node].values else { continue }
      let attributes = dataset.attributes
      let rank = values.shape.count
      var names = [String?](repeating: nil, count: rank)
      for axis in 0..<rank {
        names[axis] = Self.at(axis, attributes.axisNames, rank) ?? Self.at(axis, attributes.labels, rank)
        if names[axis] == nil, axis < attributes.scales.count, let scale = attributes.scales[axis] {
          names[axis] = scales[scale]
        }
        if names[axis] == nil, attributes.coordinates.count == rank {
          names[axis] = dimensions[attributes.coordinates[axis]]
        }
      }
      if attributes.isScale, rank == 1, names[0] == nil { names[0] = attributes.scaleName ?? dataset.path.last }
      values.axes = names
      if attributes.isBareScale { values.type.content = .other("an axis without coordinates") }
      nodes[dataset.node].values = values
    }
  }

  private static func at(_ axis: Int, _ names: [String], _ rank: Int) -> String? {
    names.count == rank && !names[axis].isEmpty ? names[axis] : nil
  }
}
