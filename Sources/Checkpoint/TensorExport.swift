package import TensorFiles

/// Tensors as a plain HDF5 file that h5py, xarray and netCDF tools read.
package enum TensorExport {
  /// Writes each tensor as a dataset of that name in the root, with its axes as dimension scales beside it. A tensor named as
  /// its only axis holds the coordinates of that axis, as netCDF has them.
  ///
  /// After a failure an old file at `path` is untouched; missing folders are made.
  /// - Parameters:
  ///   - attributes: notes on the file as a whole.
  ///   - ofTensors: notes on single tensors, by name.
  package static func write(
    path: String, tensors: [(name: String, StoredTensor)], attributes: [FileAttribute] = [],
    ofTensors: [String: [FileAttribute]] = [:]
  ) throws(FileError) {
    var names: Set<String> = []
    for (name, tensor) in tensors {
      var named = tensor
      named.path = [name]
      try named.check()
      guard names.insert(name).inserted else {
        throw FileError(code: "bad-tensor", message: "two tensors are named \(name)", place: path)
      }
    }
    let bytes = tensors.reduce(8192) { $0 + $1.1.estimatedBytes }
    try AtomicFile.replace(path, bytes: bytes) { (temporary) throws(FileError) in
      try withHDF5 { () throws(FileError) in
        var writer = try HDF5Writer(creating: temporary, place: path, reserved: names)
        // Coordinates first, so that the others find them.
        let (first, rest) = (tensors.filter { $0.1.axes == [$0.name] }, tensors.filter { $0.1.axes != [$0.name] })
        for (name, tensor) in first + rest { try writer.write(tensor, at: [name]) }
        let root = try writer.open("/")
        for note in attributes { try writer.write(note, on: root.id) }
        for (name, notes) in ofTensors.sorted(by: { $0.key < $1.key }) {
          let tensor = try writer.open(name)
          for note in notes { try writer.write(note, on: tensor.id) }
        }
        try writer.close()
      }
    }
  }
}
