extension Tensor {
  /// A row major tensor of the values.
  package init(_ values: [Float], shape: [Int], as dtype: DType) throws {
    try self.init(converting: values, shape: shape, as: dtype)
  }

  /// A row major tensor of the values.
  package init(_ values: [Double], shape: [Int], as dtype: DType) throws {
    try self.init(converting: values, shape: shape, as: dtype)
  }

  /// Generic within this module only: a generic function of another module is not specialised, which costs 50 times more.
  private init<T: BinaryFloatingPoint>(converting values: [T], shape: [Int], as dtype: DType) throws {
    try self.init(uninitialized: shape, dtype)
    guard values.count == count else {
      throw TensorError.mismatch("\(values.count) values do not fill \(shape)")
    }
    fill(from: values)
  }

  /// A row major int32 tensor of the values.
  package init(_ values: [Int32], shape: [Int]) throws {
    try self.init(uninitialized: shape, .int32)
    guard values.count == count else { throw TensorError.mismatch("\(values.count) values do not fill \(shape)") }
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer(Int32.self).update(from: base, count: count) }
    }
  }

  /// A row major bool tensor of the values.
  package init(_ values: [Bool], shape: [Int]) throws {
    try self.init(uninitialized: shape, .bool)
    guard values.count == count else { throw TensorError.mismatch("\(values.count) values do not fill \(shape)") }
    let p = pointer(UInt8.self)
    for i in 0..<count { p[i] = values[i] ? 1 : 0 }
  }

  /// A row major tensor of one value, in the dtype given.
  package init(full value: Double, shape: [Int], _ dtype: DType) throws {
    try self.init(uninitialized: shape, dtype)
    switch dtype {
    case .float32: pointer(Float.self).update(repeating: Float(value), count: count)
    case .float64: pointer(Double.self).update(repeating: value, count: count)
    case .int32: pointer(Int32.self).update(repeating: Int32(exactly: value) ?? 0, count: count)
    case .bool: pointer(UInt8.self).update(repeating: value == 0 ? 0 : 1, count: count)
    }
  }

  private func fill<T: BinaryFloatingPoint>(from values: [T]) {
    switch dtype {
    case .float32:
      let p = pointer(Float.self)
      for i in 0..<count { p[i] = Float(values[i]) }
    case .float64:
      let p = pointer(Double.self)
      for i in 0..<count { p[i] = Double(values[i]) }
    case .int32:
      let p = pointer(Int32.self)
      for i in 0..<count { p[i] = Int32(exactly: values[i]) ?? 0 }
    case .bool:
      let p = pointer(UInt8.self)
      for i in 0..<count { p[i] = values[i] == 0 ? 0 : 1 }
    }
  }

  /// The elements in row major order as doubles; true is 1.
  package func doubles() -> [Double] {
    guard let dense = try? contiguous() else { return [] }
    return withExtendedLifetime(dense) {
      switch dtype {
      case .float32: UnsafeBufferPointer(start: dense.pointer(Float.self), count: count).map { Double($0) }
      case .float64: Array(UnsafeBufferPointer(start: dense.pointer(Double.self), count: count))
      case .int32: UnsafeBufferPointer(start: dense.pointer(Int32.self), count: count).map { Double($0) }
      case .bool: UnsafeBufferPointer(start: dense.pointer(UInt8.self), count: count).map { $0 == 0 ? 0 : 1 }
      }
    }
  }

  /// The elements in row major order as floats.
  package func floats() -> [Float] {
    guard dtype == .float32, let dense = try? contiguous() else { return doubles().map { Float($0) } }
    return withExtendedLifetime(dense) {
      Array(UnsafeBufferPointer(start: dense.pointer(Float.self), count: count))
    }
  }

  /// The elements in row major order as integers; floats are rounded towards zero, and 0 where they do not fit.
  package func ints() -> [Int32] {
    guard dtype == .int32, let dense = try? contiguous() else {
      return doubles().map { Int32(exactly: $0.rounded(.towardZero)) ?? 0 }
    }
    return withExtendedLifetime(dense) {
      Array(UnsafeBufferPointer(start: dense.pointer(Int32.self), count: count))
    }
  }

  /// The elements in row major order, true where not 0.
  package func bools() -> [Bool] {
    guard dtype == .bool, let dense = try? contiguous() else { return doubles().map { $0 != 0 } }
    return withExtendedLifetime(dense) {
      UnsafeBufferPointer(start: dense.pointer(UInt8.self), count: count).map { $0 != 0 }
    }
  }

  /// The same numbers in another dtype.
  package func converted(to target: DType) throws -> Tensor {
    if target == dtype { return self }
    let dense = try contiguous()
    let result = try Tensor(uninitialized: shape, target)
    defer { withExtendedLifetime((dense, result)) {} }
    if dtype == .int32, target == .float32 {
      let (from, to) = (dense.pointer(Int32.self), result.pointer(Float.self))
      for i in 0..<count { to[i] = Float(from[i]) }
    } else if dtype == .bool, target == .int32 {
      let (from, to) = (dense.pointer(UInt8.self), result.pointer(Int32.self))
      for i in 0..<count { to[i] = Int32(from[i]) }
    } else {
      result.fill(from: dense.doubles())
    }
    return result
  }
}
