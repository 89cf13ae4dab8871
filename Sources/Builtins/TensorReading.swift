import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import TensorCore
import TensorFiles

/// Reading the numbers of an opened file into tensors of the language.
extension TensorInFile {
  /// The numbers with `axes`, or with the axes that the file names; whole numbers have 32 bits.
  func tensor(_ axes: [AxisValue]?, _ call: Invocation) throws -> TensorValue {
    let dimensions = try dimensions(axes, call)
    guard case .numbers(let stored) = entry.content, entry.problem == nil else {
      let why = entry.problem ?? "it holds \(entry.typeText), not numbers"
      throw call.fail(
        .file, "`\(entry.name)` in \(file.source.path) gives no tensor: \(why)", argument: 0,
        tries: entry.content == .texts ? ["its field .texts"] : [])
    }
    let kind: ElementKind = stored.isFloat ? .float : stored == .bool ? .bool : .int
    if call.machine.isShapeRun || call.machine.isChecking {
      return TensorValue(.shape(dimensions, kind), label: label)
    }
    let dtype: DType = kind == .float ? Precision.active.dtype : kind == .bool ? .bool : .int32
    let numbers = try self.numbers(as: dtype, call, argument: 0)
    let named = NamedTensor(variable: Variable(numbers), dimensions: dimensions)
    let label = dimensions.reduce(Label64(raw: self.label)) { $0.mixed($1.axis.label) }
    return TensorValue(named, label: label.value)
  }

  /// All numbers, in the file's order of dimensions.
  func numbers(as dtype: DType, _ call: Invocation, argument: Int) throws -> Tensor {
    let type = NumberType(dtype)
    let result = try Tensor(uninitialized: entry.shape, dtype)
    let room = UnsafeMutableRawBufferPointer(start: result.storage.base, count: result.count * dtype.size)
    do throws(FileError) {
      try withExtendedLifetime(result) { () throws(FileError) in try file.source.read(entry, as: type, into: room) }
    } catch { throw error.failure(call, argument: argument) }
    return result
  }

  private func dimensions(_ axes: [AxisValue]?, _ call: Invocation) throws -> [Dimension] {
    let shown = "`\(entry.name)` in \(file.source.path)"
    let sizes = entry.shape.map(String.init).joined(separator: ", ")
    if let large = entry.shape.first(where: { $0 > AxisValue.largest }) {
      throw call.fail(
        .file, "\(shown) has a dimension of \(large), and an axis has at most \(AxisValue.largest)", argument: 0)
    }
    guard let axes else {
      let nameless = entry.axes.indices.filter { entry.axes[$0] == nil }
      guard nameless.isEmpty else {
        let which = nameless.map { "\($0 + 1) (size \(entry.shape[$0]))" }.joined(separator: ", ")
        throw call.fail(
          .wrongArguments,
          "\(shown) of shape [\(sizes)] has no name for dimension \(which): give an axis for each", argument: 0,
          tries: ["tensor(entry, [\(Self.examples(entry.axes))])"])
      }
      let names = entry.axes.compactMap { $0 }
      guard Set(names).count == names.count else {
        throw call.fail(
          .wrongArguments,
          "\(shown) names two dimensions alike (\(names.joined(separator: ", "))): give an axis for each",
          argument: 0, tries: ["tensor(entry, [\(Self.examples(names.map { _ in nil }))])"])
      }
      return zip(names, entry.shape).map { Dimension(Self.axis($0, call.machine), .known($1)) }
    }
    guard axes.count == entry.shape.count else {
      throw call.fail(
        .axisMismatch,
        "\(shown) has \(entry.shape.count) dimensions [\(sizes)], and \(axes.count) axes are given: "
          + axes.map(\.axis.name).joined(separator: ", "), argument: 1)
    }
    if let twice = axes.indices.first(where: { index in axes[..<index].contains { $0.axis === axes[index].axis } }) {
      throw call.fail(
        .axisDuplicate, "axis \(axes[twice].axis) is given twice: every dimension needs an axis of its own", argument: 1
      )
    }
    for (axis, side) in zip(axes, entry.shape) {
      if let size = axis.size, size != side {
        throw call.fail(
          .axisMismatch, "axis \(axis.axis) has size \(size), and \(shown) has \(side) there", argument: 1)
      }
    }
    return zip(axes, entry.shape).map { Dimension($0.axis, .known($1)) }
  }

  /// The axis of the standard library that has this name, or one that is the same for all files of the session.
  private static func axis(_ name: String, _ machine: Machine) -> Axis {
    if case .axis(let known)? = machine.preludeValue(name) { return known.axis }
    let key = "the axis \(name) of files"
    if let known = machine.kept[key] as? Axis { return known }
    let made = Axis(name, label: Label64("axis of files").mixed(name).value)
    machine.kept[key] = made
    return made
  }

  private static func examples(_ names: [String?]) -> String {
    let usual = ["item", "d", "token", "feature"]
    return names.enumerated().map { $1 ?? ($0 < usual.count ? usual[$0] : "AXIS") }.joined(separator: ", ")
  }
}
