import Autodiff
import Diagnostics
package import NamedTensors
package import TensorCore

/// One step of one whole model: its parameters as tensors, what was computed so far, and the key of randomness.
package final class RunContext {
  package enum Mode {
    /// Tensors have axes and no numbers.
    case shapes
    /// Dropout and noise are off; nothing is recorded.
    case evaluation
    /// Random operations are on, and everything is recorded on the tape.
    case training
  }

  struct MemoKey: Hashable {
    let module: ObjectIdentifier
    let method: ObjectIdentifier
    let arguments: UInt64
  }

  package let root: ModuleInstance
  package let placement: Placement
  package let mode: Mode
  package let seed: UInt64
  package let step: Int
  package var tensors: [ObjectIdentifier: TensorValue] = [:]
  var memo: [MemoKey: Value] = [:]
  /// Slots that learned position tables have, by the axis that they count; the smallest one wins.
  package var limits: [Axis: Int] = [:]
  /// Parameters whose rows were taken by the ids of items.
  package private(set) var tables: [ObjectIdentifier: ItemSpace] = [:]
  /// Modules that were called and parameters that were read during a run on shapes.
  var reached: Set<ObjectIdentifier> = []

  /// Parameters with respect to which a gradient is taken.
  private let leaves: GradientLeaves?

  package init(
    root: ModuleInstance, mode: Mode, seed: UInt64, step: Int = 0, leaves: GradientLeaves? = nil
  ) throws {
    self.leaves = leaves
    self.root = root
    placement = try root.placement()
    self.mode = mode
    self.seed = seed
    self.step = step
  }

  /// Whether a module was called or one of its parameters read: to be handed to `fuse`, which may skip it, is no use yet.
  func reaches(_ value: Value) -> Bool {
    switch value {
    case .module(let module, _):
      reached.contains(ObjectIdentifier(module)) || module.parts.contains { reaches($0.value) }
    case .parameter(let parameter): reached.contains(ObjectIdentifier(parameter))
    case .list(let values): values.contains { reaches($0) }
    case .none, .absent, .bool, .int, .float, .string, .record, .range, .axis, .path, .tensor, .function, .goal,
      .object:
      false
    }
  }

  /// Notes that a table of `rows` rows is read at positions over an axis.
  package func limit(_ axis: Axis, to rows: Int) { limits[axis] = min(limits[axis] ?? rows, rows) }

  /// Notes that rows of a parameter are taken by the ids of items.
  package func note(table: ParameterValue, of space: ItemSpace) { tables[ObjectIdentifier(table)] = space }

  /// Hands in the tensor that stands for a parameter, such as a leaf of a tape.
  package func bind(_ parameter: ParameterValue, to tensor: NamedTensor, path: [String]) {
    tensors[ObjectIdentifier(parameter)] = TensorValue(tensor, label: Self.label(path), parameter: parameter)
  }

  static func label(_ path: [String]) -> UInt64 { path.reduce(Label64("parameter")) { $0.mixed($1) }.value }

  /// The tensor of a parameter: bound, or its numbers, or the first numbers that its recipe gives at its path.
  func tensor(for parameter: ParameterValue) throws -> TensorValue? {
    let identity = ObjectIdentifier(parameter)
    if mode == .shapes { reached.insert(identity) }
    if let known = tensors[identity] { return known }
    guard let index = placement.parameterIndex[identity] else { return nil }
    let path = placement.parameters[index].path
    let tensor: NamedTensor
    if mode == .shapes {
      tensor = NamedTensor.shape(parameter.dimensions, .float)
    } else {
      // A training has numbers of its own, which would lie beside these.
      let numbers = try Self.numbers(of: parameter, path: path, seed: seed, keeping: mode == .evaluation)
      tensor =
        leaves?.leaf(parameter, path: path, numbers)
        ?? NamedTensor(variable: Variable(numbers), dimensions: parameter.dimensions)
    }
    let value = TensorValue(tensor, label: Self.label(path), parameter: parameter)
    tensors[identity] = value
    return value
  }

  /// The numbers of a parameter; a recipe's are a function of the seed and its path in the whole model.
  package static func numbers(
    of parameter: ParameterValue, path: [String], seed: UInt64, keeping: Bool = false
  ) throws -> Tensor {
    if let numbers = try parameter.numbers() { return numbers }
    var shape: [Int] = []
    for dimension in parameter.dimensions {
      guard let size = dimension.size.value else {
        throw Failure(
          .axisUnsized, "the parameter `\(path.joined(separator: "."))` has no size for axis \(dimension.axis)")
      }
      shape.append(size)
    }
    let key = path.reduce(Label64("start").mixed(seed)) { $0.mixed($1) }.value
    return try parameter.drawn(shape: shape, key: key, keeping: keeping)
  }
}
