import Glibc

extension InteractionData {
  /// What a folder holds now, as `state` of the data that are read from it.
  package static func state(
    folder: String, interrupted: () -> Bool = { false }
  ) throws(DataError) -> String {
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    let itemBytes = try FileBytes.read(base + "items.csv", interrupted: interrupted)
    var items = CatalogueReader()
    try items.read(file: base + "items.csv", bytes: itemBytes, interrupted: interrupted)
    let eventBytes = try FileBytes.read(base + "interactions.csv", interrupted: interrupted)
    let digests = SHA256.hex(itemBytes) + SHA256.hex(eventBytes)
    let images = items.catalogue(folder: folder).images
    return state(fingerprint: SHA256.hex(Array(digests.utf8)), images: images, folder: folder)
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
