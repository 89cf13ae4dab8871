import Autodiff
import TensorCore

extension NamedTensor {
  /// Patches of square images, normalised; pixels: [image, size, size, 3]. Axes: those of images, patches and values.
  package static func patches(_ pixels: [UInt8], size: Int, patch: Int, _ axes: (Axis, Axis, Axis)) throws
    -> NamedTensor
  {
    try numbers {
      let tensor = try Tensor.patches(pixels, size: size, patch: patch)
      let dimensions = zip([axes.0, axes.1, axes.2], tensor.shape).map { Dimension($0, $1) }
      return NamedTensor(dimensions, .float, Variable(try tensor.converted(to: Precision.active.dtype)))
    }
  }
}
