/// What a tensor holds.
package enum DType: Sendable, Hashable {
  case float32, float64, int32, bool

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .bool: 1
    }
  }

  package var isFloat: Bool {
    switch self {
    case .float32, .float64: true
    case .int32, .bool: false
    }
  }
}

/// Whether float tensors are made as float32 or as float64; set once, before the first tensor.
package enum Precision: Sendable {
  case single, double

  nonisolated(unsafe) private static var process: Precision = .single
  /// Precision of a scope, so that tests can run both side by side.
  @TaskLocal package static var scoped: Precision?

  package static var active: Precision {
    get { scoped ?? process }
    set { process = newValue }
  }

  package var dtype: DType {
    switch self {
    case .single: .float32
    case .double: .float64
    }
  }
}
