package import Diagnostics
package import NamedTensors

/// A value of the language. All are immutable.
package enum Value {
  case none
  /// What stands in the place of a dropped part.
  case absent(Absence)
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case list([Value])
  case record(Record)
  case range(WholeRange)
  case axis(AxisValue)
  case path(PathValue)
  case tensor(TensorValue)
  case parameter(ParameterValue)
  /// A module, and the whole that it was read from, which settles the paths of its parameters.
  case module(ModuleInstance, within: ModuleInstance?)
  case function(Function)
  case goal(Goal)
  case object(any LanguageObject)
}

/// Whole numbers from `low` to `high`, both included; empty when high < low.
package struct WholeRange: Equatable {
  package let low: Int
  package let high: Int
  package var isEmpty: Bool { high < low }
  /// How many numbers; the largest whole number where there are more than that.
  package var count: Int {
    if isEmpty { return 0 }
    let (steps, overflow) = high.subtractingReportingOverflow(low)
    return overflow || steps == Int.max ? Int.max : steps + 1
  }
  package init(_ low: Int, _ high: Int) {
    self.low = low
    self.high = high
  }
}

/// An axis with the size that it has here, if it is bound to one.
package struct AxisValue {
  package let axis: Axis
  package let size: Int?
  package init(_ axis: Axis, _ size: Int? = nil) {
    self.axis = axis
    self.size = size
  }

  /// The largest size of an axis: indices are numbers of 32 bits.
  package static let largest = Int(Int32.max)
}

/// Names a part or several: each step is one name, or a set of them.
package struct PathValue: CustomStringConvertible {
  package let steps: [[String]]
  package init(_ steps: [[String]]) { self.steps = steps }

  package var description: String {
    steps.map { $0.count == 1 ? ".\($0[0])" : ".{\($0.joined(separator: ", "))}" }.joined()
  }

  /// Reads the form that `description` prints; nil when the text is no path.
  package init?(text: String) {
    guard text.hasPrefix(".") else { return nil }
    var steps: [[String]] = []
    var rest = Substring(text)
    while rest.first == "." {
      rest = rest.dropFirst()
      if rest.first == "{" {
        guard let close = rest.firstIndex(of: "}") else { return nil }
        let names = rest[rest.index(after: rest.startIndex)..<close].split(separator: ",")
        steps.append(names.map { $0.filter { $0 != " " } })
        rest = rest[rest.index(after: close)...]
      } else {
        let end = rest.firstIndex(of: ".") ?? rest.endIndex
        if end == rest.startIndex { return nil }
        steps.append([String(rest[..<end])])
        rest = rest[end...]
      }
    }
    guard rest.isEmpty, !steps.isEmpty else { return nil }
    self.steps = steps
  }

  /// Whether a parameter's or a module's path lies at or below one of the paths that this names.
  package func covers(_ path: [String]) -> Bool {
    guard path.count >= steps.count else { return false }
    return zip(steps, path).allSatisfy { $0.contains($1) }
  }
}

/// Says which part is missing, and by which edit.
package struct AbsenceFacts: Sendable {
  package let part: String
  /// The `without` that dropped it, when the text is known.
  package let span: Span?
  /// True for a part that went because nothing reached it any more.
  package let isFollowing: Bool
}

/// What stands in the place of a dropped part.
package final class Absence {
  package let facts: AbsenceFacts
  package var part: String { facts.part }
  package var isFollowing: Bool { facts.isFollowing }
  /// What stood here, so that it can be put back.
  let former: Value?
  init(part: String, span: Span?, isFollowing: Bool = false, former: Value? = nil) {
    facts = AbsenceFacts(part: part, span: span, isFollowing: isFollowing)
    self.former = former
  }
}

/// A tensor with a label that says what it is: equal labels within a step mean equal numbers.
package final class TensorValue {
  package let tensor: NamedTensor
  package let label: UInt64
  /// The axis whose slots these are the positions of.
  package let positionsOver: Axis?
  /// What the entries of an index stay below, where only shapes are known.
  package let bound: Int?
  /// Whose items these are the ids of.
  package let space: ItemSpace?
  /// The parameter that this is, as it stands.
  package let parameter: ParameterValue?
  /// Names of the axes, in their order.
  package var axisNames: [String] { tensor.axes.map(\.name) }

  package init(
    _ tensor: NamedTensor, label: UInt64, positionsOver: Axis? = nil, bound: Int? = nil, space: ItemSpace? = nil,
    parameter: ParameterValue? = nil
  ) {
    self.tensor = tensor
    self.label = label
    self.positionsOver = positionsOver
    self.bound = bound
    self.space = space
    self.parameter = parameter
  }
}

/// Any other kind of value: a data set, a run, a score, an optimiser, an initialiser.
package protocol LanguageObject: AnyObject {
  /// What errors call it, as in "a data set".
  var typeName: String { get }
  var fieldNames: [String] { get }
  /// A field, or nil when there is none of that name.
  func field(_ name: String) throws -> Value?
  /// `value[keys]`, or nil when it has no elements.
  func element(_ keys: [Value]) throws -> Value?
  /// What the shell prints.
  var printed: String { get }
  /// As `printed`, as wide and as coloured as the display allows.
  func drawn(on display: Display) -> String
  /// What a page shows in the place of characters; nil where it shows the characters.
  var exhibit: Exhibit? { get }
  /// A few words that stand for it in a list or a table.
  var brief: String { get }
  /// Equal labels mean equal values.
  var label: UInt64 { get }
  /// Whether columns of a table align it as a number.
  var isNumeric: Bool { get }
  /// Values that it holds and that take memory.
  var held: [Value] { get }
}

extension LanguageObject {
  package var brief: String { typeName }
  package var isNumeric: Bool { false }
  package var held: [Value] { [] }
  package var fieldNames: [String] { [] }
  package func field(_ name: String) throws -> Value? { nil }
  package func element(_ keys: [Value]) throws -> Value? { nil }
  package var label: UInt64 { Label64(ObjectIdentifier(self)).value }
}

extension Value {
  /// The longest list: what a list holds must fit in memory whatever a script asks for.
  package static let longest = 1 << 24

  /// What errors call the kind of this value.
  package var typeName: String {
    switch self {
    case .none: "none"
    case .absent: "absent"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .string: "string"
    case .list: "list"
    case .record: "record"
    case .range: "range"
    case .axis: "axis"
    case .path: "path"
    case .tensor: "tensor"
    case .parameter: "parameter"
    case .module: "model"
    case .function(let function): function.typeName
    case .goal: "loss term"
    case .object(let object): object.typeName
    }
  }

  package var isNone: Bool {
    if case .none = self { return true }
    return false
  }
}
