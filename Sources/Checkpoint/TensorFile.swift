package import TensorFiles

/// A file of tensors of any format.
package enum TensorFile {
  /// Opens the file at `path` by what it is. Only a name that says HDF5 must be right: a file that is called so and is
  /// something else was mixed up with another.
  package static func open(_ path: String) throws(FileError) -> any TensorSource {
    let file = try InputFile(path)
    let kind = try FileKind(of: file)
    if kind.isOtherFormat, path.hasSuffix(".h5") || path.hasSuffix(".hdf5") {
      throw FileError(
        code: "not-hdf5", message: "\(printable(path)) is \(kind.words), though its name says HDF5", place: path,
        suggestion: "name it for what it is, if it is the right file")
    }
    switch kind {
    case .hdf5(let start): return try HDF5File(file, start: start)
    case .zip: return try TorchFile.isTorch(file) ? TorchFile.open(path) : NumPyFile.open(path)
    case .pickle: return try TorchFile.open(path)
    case .numpy: return try NumPyFile.open(path)
    case .safetensors: return try SafetensorsFile.open(path)
    case .other(let words):
      // What these endings promise says more about what is wrong.
      if path.hasSuffix(".safetensors") { return try SafetensorsFile.open(path) }
      if path.hasSuffix(".index.json") { return try SafetensorsFile.openSharded(path) }
      throw FileError(
        code: "unknown-format",
        message: "\(printable(path)) is \(words); HDF5, safetensors, PyTorch's and NumPy's files are read", place: path,
        suggestion: words.contains("Git LFS") ? "git lfs pull" : nil)
    }
  }
}
