/// A known extent, or a symbolic one in a shape run ("batch", "word+9").
package struct Size: Hashable, Sendable, CustomStringConvertible {
  private enum Form: Hashable {
    case known(Int)
    case symbolic(String)
  }

  private let form: Form

  package static func known(_ n: Int) -> Size { Size(form: .known(n)) }
  package static func symbolic(_ text: String) -> Size { Size(form: .symbolic(text)) }

  /// Nil when symbolic.
  package var value: Int? {
    switch form {
    case .known(let n): n
    case .symbolic: nil
    }
  }

  package var description: String {
    switch form {
    case .known(let n): String(n)
    case .symbolic(let text): text
    }
  }

  private var isSum: Bool { description.contains("+") || description.contains("-") }
  private var factor: String { isSum ? "(\(description))" : description }

  package static func + (a: Size, b: Size) -> Size {
    if let x = a.value, let y = b.value {
      let (sum, overflow) = x.addingReportingOverflow(y)
      if !overflow { return .known(sum) }
    }
    if a.value == 0 { return b }
    if b.value == 0 { return a }
    return .symbolic("\(a)+\(b)")
  }

  package static func - (a: Size, b: Size) -> Size {
    if let x = a.value, let y = b.value {
      let (difference, overflow) = x.subtractingReportingOverflow(y)
      if !overflow { return .known(difference) }
    }
    if b.value == 0 { return a }
    return .symbolic("\(a)-\(b.factor)")
  }

  package static func * (a: Size, b: Size) -> Size {
    if let x = a.value, let y = b.value {
      let (product, overflow) = x.multipliedReportingOverflow(by: y)
      if !overflow { return .known(product) }
    }
    if a.value == 1 { return b }
    if b.value == 1 { return a }
    return .symbolic("\(a.factor)*\(b.factor)")
  }

  /// What two meeting extents agree on: the known one; nil when two known ones differ. Symbols fit anything.
  package static func unify(_ a: Size, _ b: Size) -> Size? {
    guard let x = a.value else { return b.value == nil ? a : b }
    guard let y = b.value else { return a }
    return x == y ? a : nil
  }
}
