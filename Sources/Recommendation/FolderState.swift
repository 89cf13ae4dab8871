import Glibc

extension InteractionData {
  /// What a folder holds now, as `state` of the data that are read from it.
  package static func state(
    folder: String, interrupted: @escaping () -> Bool = { false }
  ) throws(DataError) -> String {
    let data = try load(folder: folder, interrupted: interrupted)
    return state(fingerprint: data.fingerprint, images: data.catalogue.images, folder: folder)
  }

  /// The fingerprint of both files with sizes and times of all pictures: equal states mean that nothing was changed.
  package static func state(fingerprint: String, images: [String], folder: String) -> String {
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    var text = ""
    for image in images where !image.isEmpty {
      var info = stat()
      let isThere = stat(base + image, &info) == 0
      text += isThere ? "\(info.st_size) \(info.st_mtim.tv_sec) \(info.st_mtim.tv_nsec)\n" : "missing\n"
    }
    return fingerprint + " " + SHA256.hex(Array(text.utf8))
  }
}
