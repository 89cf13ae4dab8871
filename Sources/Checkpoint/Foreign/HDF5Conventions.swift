import TensorFiles

/// Whose convention an HDF5 file follows, told from names and attributes.
enum HDF5Conventions {
  /// A sentence for each convention that the file shows.
  /// - Parameter userBlock: the first bytes of what stands before HDF5's part of the file.
  static func notes(
    attributes: [FileAttribute], groups: [FileGroup], entries: [FileEntry], userBlock: [UInt8]
  ) -> [String] {
    let root = Names(attributes)
    var notes: [String] = []
    if let format = root.text("format"), format.hasPrefix("pmm-") {
      return ["It was written by pmm (\(printable(format)))."]
    }
    if userBlock.starts(with: "MATLAB 7.3".utf8) {
      notes.append("It was written by MATLAB (v7.3), which shows the axes of each value in the opposite order.")
    }
    notes += keras(root, groups, entries)
    if root.text("encoding-type") == "anndata" || groups.contains(where: { Names($0.attributes).has("encoding-type") })
    {
      notes.append(
        "It follows AnnData: `encoding-type` says what each group is; a csr_matrix is data, indices and indptr of a "
          + "sparse matrix.")
    }
    if root.has("_NCProperties") || entries.contains(where: { $0.content == .other("an axis without coordinates") }) {
      notes.append("It follows netCDF-4: datasets that name an axis are its coordinates.")
    }
    if root.has("PYTABLES_FORMAT_VERSION") {
      let isPandas = groups.contains { Names($0.attributes).has("pandas_type") }
      notes.append(isPandas ? "It was written by pandas through PyTables." : "It was written by PyTables.")
    }
    let isFlat = groups.isEmpty && !entries.isEmpty
    if isFlat, entries.contains(where: { $0.name.hasSuffix(".weight") || $0.name.hasSuffix(".bias") }) {
      notes.append("Its names are those of a PyTorch state_dict: dots stand between modules.")
    }
    return notes
  }

  private static func keras(_ root: Names, _ groups: [FileGroup], _ entries: [FileEntry]) -> [String] {
    let weights = groups.first { $0.path == ["model_weights"] }.map { Names($0.attributes) } ?? root
    if weights.has("layer_names") || weights.has("layer_names0") {
      let version = weights.text("keras_version") ?? root.text("keras_version")
      let words = version.map { " (Keras \(printable($0)))" } ?? ""
      return [
        "It is Keras' older layout\(words): `layer_names` and `weight_names` give the order; a kernel is (in, out), where "
          + "PyTorch has (out, in)."
      ]
    }
    let hasVars = entries.contains { entry in
      entry.path.count >= 3 && entry.path[entry.path.count - 2] == "vars"
        && (entry.path.last ?? "").utf8.allSatisfy { 48...57 ~= $0 }
    }
    guard hasVars else { return [] }
    return [
      "It is Keras 3's layout: variables are numbered, and the attribute `name` says how their layer was called; a kernel "
        + "is (in, out), where PyTorch has (out, in)."
    ]
  }

  /// Attributes by name.
  private struct Names {
    private let attributes: [FileAttribute]

    init(_ attributes: [FileAttribute]) { self.attributes = attributes }

    func has(_ name: String) -> Bool { attributes.contains { $0.name == name } }

    func text(_ name: String) -> String? {
      guard case .texts(let texts) = attributes.first(where: { $0.name == name })?.value else { return nil }
      return texts.first
    }
  }
}
