import CHDF5
import TensorFiles

extension HDF5Type {
  /// What a type of the library is.
  init(_ type: hid_t, place: String) throws(FileError) {
    let size = H5Tget_size(type)
    guard size > 0, let width = Int(exactly: size) else {
      throw FileError(code: "damaged-file", message: "a type of \(size) bytes", place: place)
    }
    self.init(content: .other("values of an unknown type"), width: width)
    switch H5Tget_class(type) {
    case H5T_INTEGER: setInteger(type)
    case H5T_BITFIELD: setInteger(type)
    case H5T_FLOAT: setFloat(type)
    case H5T_ENUM: try setEnumeration(type, place: place)
    case H5T_STRING: content = .texts(H5Tis_variable_str(type) > 0 ? nil : width)
    case H5T_COMPOUND: content = .other("a compound of \(Self.members(of: type).joined(separator: ", "))")
    case H5T_ARRAY: content = .other("arrays of a fixed shape")
    case H5T_VLEN: content = .other("lists of any length")
    case H5T_REFERENCE: content = .other("references to other objects")
    case H5T_OPAQUE: content = .other("\(width) bytes that only their writer understands")
    case H5T_TIME: content = .other("times in an outdated form")
    default: break
    }
  }

  private mutating func setInteger(_ type: hid_t) {
    let isSigned = H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2
    isBigEndian = H5Tget_order(type) == H5T_ORDER_BE
    isOdd = H5Tget_precision(type) != 8 * width || H5Tget_offset(type) != 0
    switch (width, isSigned) {
    case _ where isOdd && width <= 8: content = .numbers(isSigned ? .int64 : .uint64)
    case (1, true): content = .numbers(.int8)
    case (2, true): content = .numbers(.int16)
    case (4, true): content = .numbers(.int32)
    case (8, true): content = .numbers(.int64)
    case (1, false): content = .numbers(.uint8)
    case (2, false): content = .numbers(.uint16)
    case (4, false): content = .numbers(.uint32)
    case (8, false): content = .numbers(.uint64)
    default: content = .other("whole numbers of \(width) bytes")
    }
    if isOdd { note = "whole numbers of \(H5Tget_precision(type)) bits" }
  }

  private mutating func setFloat(_ type: hid_t) {
    var (sign, exponent, exponentBits, mantissa, mantissaBits) = (0, 0, 0, 0, 0)
    guard H5Tget_fields(type, &sign, &exponent, &exponentBits, &mantissa, &mantissaBits) >= 0 else { return }
    isBigEndian = H5Tget_order(type) == H5T_ORDER_BE
    let isPlain =
      mantissa == 0 && exponent == mantissaBits && sign == exponent + exponentBits && sign == 8 * width - 1
      && H5Tget_ebias(type) == (1 << (min(exponentBits, 30) - 1)) - 1 && H5Tget_norm(type) == H5T_NORM_IMPLIED
      && (H5Tget_order(type) == H5T_ORDER_LE || isBigEndian)
    switch (width, exponentBits) {
    case (8, 11) where isPlain: content = .numbers(.float64)
    case (4, 8) where isPlain: content = .numbers(.float32)
    case (2, 5) where isPlain: content = .numbers(.float16)
    case (2, 8) where isPlain: content = .numbers(.bfloat16)
    default:
      isOdd = true
      content = .numbers(.float64)
      note = "floating-point numbers of \(8 * width) bits in an unusual layout"
    }
  }

  /// Truth values are an enumeration of FALSE and TRUE; others are shown as their numbers.
  private mutating func setEnumeration(_ type: hid_t, place: String) throws(FileError) {
    let base = try Handle(H5Tget_super(type), "read the type of an enumeration", place: place)
    let width = width
    setInteger(base.id)
    guard H5Tget_size(base.id) == width, !isOdd else {
      content = .other("an enumeration of an unusual type")
      isOdd = false
      return
    }
    let names = Self.members(of: type)
    if width == 1, names == ["FALSE", "TRUE"], Self.enumerationBytes(type) == [0, 1] {
      content = .numbers(.bool)
    } else {
      note = "an enumeration of \(names.joined(separator: ", "))"
    }
  }

  private static func enumerationBytes(_ type: hid_t) -> [UInt8] {
    (0..<2).map { index in
      var value: UInt8 = 0xFF
      return H5Tget_member_value(type, UInt32(index), &value) >= 0 ? value : 0xFF
    }
  }

  /// Names of a compound's or an enumeration's members; long lists are cut.
  private static func members(of type: hid_t) -> [String] {
    let count = max(0, H5Tget_nmembers(type))
    var names: [String] = []
    for index in 0..<min(count, 16) {
      guard let text = H5Tget_member_name(type, UInt32(index)) else { continue }
      names.append(String(cString: text))
      H5free_memory(text)
    }
    return count > 16 ? names + ["and \(count - 16) more"] : names
  }

  /// The type for memory: the file's own, so that bytes come as they stand there, or for odd numbers the processor's.
  func memoryType(_ type: hid_t) -> hid_t {
    guard isOdd, case .numbers(let number) = content else { return H5Tcopy(type) }
    switch number {
    case .float64: return pmm_h5_native_double()
    case .uint64: return pmm_h5_native_uint64()
    default: return pmm_h5_native_int64()
    }
  }

  /// Bytes of one value in memory.
  var memoryWidth: Int {
    guard isOdd, case .numbers(let number) = content else { return width }
    return number.size
  }

  /// Whether the bytes in memory have to be turned round.
  var isSwapped: Bool { isBigEndian && !isOdd }
}
