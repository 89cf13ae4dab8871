package import TensorFiles

/// A file of tensors of any format.
package enum TensorFile {
  /// Opens the file at `path` by what it is, not by what it is called.
  package static func open(_ path: String) throws(FileError) -> any TensorSource {
    let file = try InputFile(path)
    let kind = try FileKind(of: file)
    switch kind {
    case .hdf5(let start): return try HDF5File(file, start: start)
    case .zip, .pickle, .numpy, .safetensors, .other: throw kind.notHDF5(path: path)
    }
  }
}
