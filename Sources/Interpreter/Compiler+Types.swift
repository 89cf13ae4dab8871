import Diagnostics
package import NamedTensors
import Syntax

/// A declared record type, such as Batch: the axes of its fields belong to the file that declares it.
package final class RecordType: LanguageObject {
  package struct Field {
    package let name: String
    /// Nil for a field that is no tensor.
    package let kind: ElementKind?
    package let axes: [AxisValue]
    /// The type of a field that is a record itself.
    package let record: RecordType?
  }

  package let name: String
  package let fields: [Field]

  init(name: String, fields: [Field]) {
    self.name = name
    self.fields = fields
  }

  package var typeName: String { "type" }
  package var printed: String { "type \(name)" }
}

extension Compiler {
  /// Compiles an annotation to a check.
  func typeCheck(_ type: TypeTree) -> TypeCheck {
    switch type {
    case .named(let name): return namedCheck(name)
    case .record(let fields, _):
      let names = fields.map(\.0.text)
      return { value, _ in
        if case .absent = value { return nil }
        guard case .record(let record) = value else {
          return TypeFault(code: .wrongType, needs: "a record", gets: value.described)
        }
        if let missing = names.first(where: { !record.names.contains($0) }) {
          return TypeFault(code: .unknownField, needs: "a field `\(missing)`", gets: "a record without it")
        }
        return nil
      }
    case .shape(let element, let dimensions, _): return shapeCheck(element, dimensions)
    }
  }

  private func namedCheck(_ name: Name) -> TypeCheck {
    let wanted = name.text
    return { value, frame in
      if case .absent = value { return nil }
      let fits: Bool
      switch wanted {
      case "int": fits = Int.from(value) != nil
      case "float": fits = Double.from(value) != nil
      case "bool": fits = Bool.from(value) != nil
      case "string": fits = String.from(value) != nil
      case "axis": fits = AxisValue.from(value) != nil
      case "list": if case .list = value { fits = true } else { fits = false }
      case "model": if case .module = value { fits = true } else { fits = false }
      // Any other name is a record type; a field that is missing is an error when it is read, not here.
      default: if case .record = value { fits = true } else { fits = false }
      }
      if fits { return nil }
      var fault = TypeFault(code: .wrongType, needs: "a \(wanted)", gets: value.described)
      // A field of a batch was handed over where the batch itself is wanted.
      if wanted == "Batch", case .tensor(let tensor) = value {
        fault.mends = frame.machine.batchFields(of: tensor.tensor).map { .word(".\($0)", [""]) }
      }
      return fault
    }
  }

  static func kind(_ name: Name?) -> ElementKind {
    switch name?.text {
    case "int": .int
    case "bool": .bool
    default: .float
    }
  }

  private func shapeCheck(_ element: Name?, _ dimensions: [DimensionTree]) -> TypeCheck {
    let kind = Self.kind(element)
    let axes = axisCodes(dimensions)
    let isOpen = dimensions.contains { if case .rest = $0 { true } else { false } }
    return { value, frame in
      let tensor: NamedTensor
      switch value {
      // An absent branch spreads; none is a default that the body looks at.
      case .absent, .none: return nil
      case .tensor(let found): tensor = found.tensor
      case .int, .float, .bool:
        guard let scalar = NamedTensor.from(value) else { return nil }
        tensor = scalar
      default:
        return TypeFault(code: .wrongType, needs: "a tensor", gets: value.described)
      }
      var named: [AxisValue] = []
      for code in axes { named.append(try code(frame)) }
      func fault(_ code: DiagnosticCode) -> TypeFault {
        TypeFault(
          code: code, needs: Self.describe(kind, named, isOpen), gets: Self.describe(tensor),
          mends: frame.machine.mends(of: tensor, kind: kind, axes: named, isOpen: isOpen))
      }
      if tensor.kind != kind, !(kind == .float && tensor.kind == .int) { return fault(.wrongType) }
      for axis in named {
        guard let size = tensor.size(of: axis.axis) else {
          // A plain number stands for a tensor of any axes only where the rest is open.
          return fault(.axisMissing)
        }
        if let wanted = axis.size, let given = size.value, wanted != given {
          return TypeFault(
            code: .axisMismatch, needs: "\(axis.axis)=\(wanted)", gets: "\(axis.axis)=\(given) in \(tensor.axesText)",
            mends: [.size(axis: axis.axis.name, needed: wanted, given: given)])
        }
      }
      if !isOpen, tensor.dimensions.count != named.count {
        return fault(.axesDiffer)
      }
      return nil
    }
  }

  private static func describe(_ tensor: NamedTensor) -> String {
    switch tensor.kind {
    case .float: tensor.axesText
    case .int: "int\(tensor.axesText)"
    case .bool: "bool\(tensor.axesText)"
    }
  }

  private static func describe(_ kind: ElementKind, _ axes: [AxisValue], _ isOpen: Bool) -> String {
    let list = (isOpen ? ["..."] : []) + axes.map { axis in axis.size.map { "\(axis.axis)=\($0)" } ?? "\(axis.axis)" }
    let shape = "[\(list.joined(separator: ", "))]"
    switch kind {
    case .float: return shape
    case .int: return "int\(shape)"
    case .bool: return "bool\(shape)"
    }
  }

  private func axisCodes(_ dimensions: [DimensionTree]) -> [(Frame) throws -> AxisValue] {
    dimensions.compactMap { dimension in
      guard case .axis(let name, let size) = dimension else { return nil }
      let code = expression(name)
      let sizeCode = size.map { expression($0) }
      let span = name.span
      return { frame in
        guard case .axis(let axis) = try code(frame) else {
          throw Failure(.wrongType, "`\(span.text)` in this type is no axis", at: span)
        }
        if let sizeCode, case .int(let count) = try sizeCode(frame) { return AxisValue(axis.axis, count) }
        return axis
      }
    }
  }

  /// What a typed parameter gets in a run on shapes; nil for a type that is no shape.
  func example(_ type: TypeTree) -> ((Frame) throws -> Value?)? {
    switch type {
    case .named(let name):
      let wanted = name.text
      let globals = globals
      return { frame in
        let found = globals.value(named: wanted) ?? frame.machine.preludeGlobals?.value(named: wanted)
        guard case .object(let object)? = found, let type = object as? RecordType else { return nil }
        return .record(frame.machine.shapes(of: type))
      }
    case .record: return nil
    case .shape(let element, let dimensions, _):
      let kind = Self.kind(element)
      let axes = axisCodes(dimensions)
      return { frame in
        let named = try axes.map { try $0(frame) }
        let tensor = NamedTensor.shape(named.map { Dimension($0.axis, Machine.size($0)) }, kind)
        let label = named.reduce(Label64("example").mixed("\(kind)")) { $0.mixed($1.axis.label) }
        return .tensor(TensorValue(tensor, label: label.value))
      }
    }
  }

  func recordType(_ tree: TypeTree, name: String) -> (Frame) throws -> RecordType {
    guard case .record(let fields, _) = tree else {
      return { _ in RecordType(name: name, fields: []) }
    }
    let globals = globals
    let codes: [(Frame) throws -> RecordType.Field] = fields.map { field, type in
      var kind: ElementKind?
      var axes: [(Frame) throws -> AxisValue] = []
      var inner: Name?
      switch type {
      case .shape(let element, let dimensions, _): (kind, axes) = (Self.kind(element), axisCodes(dimensions))
      case .named(let type): inner = type
      case .record: break
      }
      return { [kind, axes, inner] frame in
        var record: RecordType?
        if let inner, case .object(let object)? = globals.value(named: inner.text) { record = object as? RecordType }
        return RecordType.Field(name: field.text, kind: kind, axes: try axes.map { try $0(frame) }, record: record)
      }
    }
    return { frame in RecordType(name: name, fields: try codes.map { try $0(frame) }) }
  }
}

extension Machine {
  static func size(_ axis: AxisValue) -> Size {
    axis.size.map { Size.known($0) } ?? Size.symbolic(axis.axis.name)
  }

  /// A record of tensors without numbers, one a field. `known` gives sizes that the data have settled, by axis.
  /// `bounds` says what the entries of an index field stay below, `inside` which sizes are others in a field that is a
  /// record, and `spaces` whose items or users the fields of ids are of.
  package func shapes(
    of type: RecordType, known: [Axis: Int] = [:], only fields: Set<String>? = nil, bounds: [String: Int] = [:],
    inside: [Axis: Int] = [:], spaces: [String: ItemSpace] = [:]
  ) -> Record {
    var label = Label64("shapes").mixed(type.name)
    for (axis, size) in known.sorted(by: { $0.key.label < $1.key.label }) {
      label = label.mixed(axis.label).mixed(size)
    }
    let names = type.fields.map(\.name).filter { fields?.contains($0) ?? true }
    let base = label
    return Record(names: names, kind: type.name.lowercased(), label: label.value) { name in
      guard let field = type.fields.first(where: { $0.name == name }) else { return nil }
      if let record = field.record {
        let sizes = known.merging(inside) { $1 }
        return .record(self.shapes(of: record, known: sizes, only: fields, bounds: bounds, spaces: spaces))
      }
      guard let kind = field.kind else { return nil }
      let dimensions = field.axes.map { axis in
        Dimension(axis.axis, known[axis.axis].map { Size.known($0) } ?? Machine.size(axis))
      }
      return .tensor(
        TensorValue(
          NamedTensor.shape(dimensions, kind), label: base.mixed(name).value, bound: bounds[name],
          space: spaces[name]))
    }
  }

  /// A value of the prelude by its name.
  package func preludeValue(_ name: String) -> Value? { preludeGlobals?.value(named: name) }

  /// The record type of batches.
  package var batchType: RecordType? {
    guard case .object(let object)? = preludeGlobals?.value(named: "Batch") else { return nil }
    return object as? RecordType
  }
}
