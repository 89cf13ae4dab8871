import CHDF5
import TensorFiles

extension HDF5Writer {
  /// Writes notes for people on what stands at `name`: texts of any length, as h5py gives them back as `str`, and numbers
  /// as doubles. A note of one value has no axis.
  func writeNotes(_ notes: [FileAttribute], at name: String) throws(FileError) {
    guard !notes.isEmpty else { return }
    let object = try open(name)
    for note in notes {
      switch note.value {
      case .texts(let texts) where texts.count == 1:
        try writeText(note.name, texts[0], on: object.id, isFixed: false)
      case .texts(let texts): try writeTexts(note.name, texts, on: object.id, isFixed: false)
      case .numbers(let numbers): try writeNumbers(note.name, numbers, on: object.id)
      case .other(let words): try writeText(note.name, words, on: object.id, isFixed: false)
      }
    }
  }

  private func writeNumbers(_ name: String, _ numbers: [Double], on object: hid_t) throws(FileError) {
    guard !numbers.isEmpty else { return }
    let (file, memory) = (pmm_h5_float64(), pmm_h5_native_double())
    let type = try Handle(file, "make a type", place: place)
    let own = try Handle(memory, "make a type", place: place)
    let space = try Handle(
      numbers.count == 1 ? pmm_h5_scalar() : H5Screate_simple(1, [hsize_t(numbers.count)], nil), "make a space",
      place: place)
    let attribute = try Handle(
      H5Acreate2(object, name, type.id, space.id, pmm_h5_default(), pmm_h5_default()), "make the attribute \(name)",
      place: place)
    try require(H5Awrite(attribute.id, own.id, numbers), "write the attribute \(name)", place: place)
  }
}
