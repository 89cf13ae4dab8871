#if canImport(Glibc)
  import Glibc
#endif

/// The two types of floating-point numbers that ops are written for.
protocol Real: BinaryFloatingPoint {
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  static func pow(_ x: Self, _ y: Self) -> Self
}

#if canImport(Glibc)
  extension Double: Real {
    static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    static func log(_ x: Double) -> Double { Glibc.log(x) }
    static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
    static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    static func erf(_ x: Double) -> Double { Glibc.erf(x) }
    static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  }

  extension Float: Real {
    static func exp(_ x: Float) -> Float { Glibc.expf(x) }
    static func log(_ x: Float) -> Float { Glibc.logf(x) }
    static func log1p(_ x: Float) -> Float { Glibc.log1pf(x) }
    static func tanh(_ x: Float) -> Float { Glibc.tanhf(x) }
    static func erf(_ x: Float) -> Float { Glibc.erff(x) }
    static func pow(_ x: Float, _ y: Float) -> Float { Glibc.powf(x, y) }
  }
#endif

/// Slow twins of the C kernels: plain loops, one thread. They serve float64, and tests compare the kernels with them.
enum Reference {
  static func accumulate<T: Real>(_ n: Int, _ into: UnsafeMutablePointer<T>, _ x: UnsafeMutablePointer<T>) {
    for i in 0..<n { into[i] += x[i] }
  }
}
