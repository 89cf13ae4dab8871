import CKernels
import TensorCore

extension Variable {
  /// Convolution over the last two dimensions, stride 1, the images between zeros. x: [images, in, height, width], w:
  /// [out, in, down, across] with odd taps, bias: [out]; y: [images, out, height, width]. dx is the convolution of dy
  /// with w turned round, dw the product over positions of dy and what each tap read.
  package static func conv2d(_ x: Variable, _ w: Variable, _ bias: Variable?) throws -> Variable {
    guard x.shape.count == 4, w.shape.count == 4, x.shape[1] == w.shape[1], w.shape[2] % 2 == 1, w.shape[3] % 2 == 1,
      x.dtype.isFloat, w.dtype == x.dtype, bias.map({ $0.shape == [w.shape[0]] && $0.dtype == x.dtype }) ?? true
    else { throw TensorError.mismatch("conv2d of \(x.shape) and \(w.shape)") }
    let (image, weight) = (try x.tensor.contiguous(), try w.tensor.contiguous())
    let (shape, out) = (x.shape, w.shape[0])
    let y = try convolved(image, weight, try bias?.tensor.contiguous(), turned: false, planes: out)
    let (wantX, wantW, wantBias) = (x.isTracked, w.isTracked, bias?.isTracked ?? false)
    return try .recorded(y, [x, w] + (bias.map { [$0] } ?? [])) { g in
      let g = try g.contiguous()
      var parts: [Tensor?] = [
        wantX ? try convolved(g, weight, nil, turned: true, planes: shape[1]) : nil,
        wantW ? try weightGradient(image, g, weight.shape) : nil,
      ]
      if bias != nil { parts.append(wantBias ? try Reduce.sum(Reduce.sum(g, [2, 3]), [0]) : nil) }
      return parts
    }
  }

  private static func convolved(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, turned: Bool, planes: Int
  ) throws -> Tensor {
    let y = try Tensor(uninitialized: [x.shape[0], planes, x.shape[2], x.shape[3]], x.dtype)
    if y.count == 0 { return y }
    withExtendedLifetime((x, weight, bias, y)) {
      if x.dtype == .float32 {
        var job = ck_conv2d(x, weight, planes, y)
        job.weight = UnsafePointer(weight.pointer(Float.self))
        job.bias = bias.map { UnsafePointer($0.pointer(Float.self)) }
        job.turned = turned
        Kernels.table.conv2d(&job)
      } else {
        Reference.conv2d(
          Reference.ImageShape(x, weight, planes), x.pointer(Double.self), weight.pointer(Double.self),
          bias?.pointer(Double.self), turned: turned, y.pointer(Double.self))
      }
    }
    return y
  }

  private static func weightGradient(_ x: Tensor, _ g: Tensor, _ shape: [Int]) throws -> Tensor {
    if x.count == 0 || g.count == 0 { return try Tensor(full: 0, shape: shape, x.dtype) }
    let slope = try Tensor(uninitialized: shape, x.dtype)
    withExtendedLifetime((x, g, slope)) {
      if x.dtype == .float32 {
        var job = ck_conv2d(x, slope, g.shape[1], slope)
        job.grad = UnsafePointer(g.pointer(Float.self))
        Kernels.table.conv2d_grad(&job)
      } else {
        Reference.conv2dWeightGradient(
          Reference.ImageShape(x, slope, g.shape[1]), x.pointer(Double.self), g.pointer(Double.self),
          slope.pointer(Double.self))
      }
    }
    return slope
  }
}

extension ck_conv2d {
  /// Sizes, images and result; the taps are those of `weight`.
  fileprivate init(_ x: Tensor, _ weight: Tensor, _ planes: Int, _ y: Tensor) {
    self.init(
      images: x.shape[0], in: x.shape[1], out: planes, height: x.shape[2], width: x.shape[3], down: weight.shape[2],
      across: weight.shape[3], x: UnsafePointer(x.pointer(Float.self)), weight: nil, bias: nil, turned: false,
      grad: nil, y: y.pointer())
  }
}
