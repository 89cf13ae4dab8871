import CHDF5
import TensorFiles

/// Values as the bytes that stand in a file.
struct EncodedValues {
  private let values: StoredTensor.Values
  /// Texts, each filled up with zeros to the longest one.
  private var text: [UInt8] = []
  private var width = 0
  /// Octave reads no text that is marked as anything else.
  private var isASCII = true

  init(_ values: StoredTensor.Values) {
    self.values = values
    guard case .strings(let texts) = values else { return }
    width = max(1, texts.map(\.utf8.count).max() ?? 1)
    text.reserveCapacity(width * texts.count)
    isASCII = texts.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
    for item in texts {
      text.append(contentsOf: item.utf8)
      text.append(contentsOf: repeatElement(0, count: width - item.utf8.count))
    }
  }

  /// The type in the file, which is also the type in memory; the caller closes it.
  func makeType() -> hid_t {
    switch values {
    case .float32: pmm_h5_float32()
    case .int32: pmm_h5_int32()
    case .float64: pmm_h5_float64()
    case .strings: pmm_h5_fixed_text(width, !isASCII)
    case .borrowed(let numbers): numbers.type.makeHDF5Type()
    }
  }

  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch values {
    case .float32(let numbers): try withRawBytes(of: numbers, body)
    case .int32(let numbers): try withRawBytes(of: numbers, body)
    case .float64(let numbers): try withRawBytes(of: numbers, body)
    case .strings: try withRawBytes(of: text, body)
    case .borrowed(let numbers): try numbers.withBytes(body)
    }
  }
}

extension NumberType {
  /// The type in a file that stands for this one; the caller closes it. Truth values are bytes, as every tool reads them.
  func makeHDF5Type() -> hid_t {
    switch self {
    case .float64: pmm_h5_float64()
    case .float32: pmm_h5_float32()
    case .float16: pmm_h5_float16()
    case .bfloat16: pmm_h5_bfloat16()
    case .int64: pmm_h5_int64()
    case .int32: pmm_h5_int32()
    case .int16: pmm_h5_int16()
    case .int8: pmm_h5_int8()
    case .uint64: pmm_h5_uint64()
    case .uint32: pmm_h5_uint32()
    case .uint16: pmm_h5_uint16()
    case .uint8, .bool: pmm_h5_uint8()
    }
  }
}

/// The standard function rethrows any error; this one keeps its type.
private func withRawBytes<Element, Result, Failure: Error>(
  of array: [Element], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
) throws(Failure) -> Result {
  try array.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
    try body(UnsafeRawBufferPointer(buffer))
  }
}
