import TensorCore

extension Reference {
  /// Sizes of a convolution.
  struct ImageShape {
    let (images, planes, outs, height, width, down, across): (Int, Int, Int, Int, Int, Int, Int)

    init(_ x: Tensor, _ weight: Tensor, _ outs: Int) {
      (images, planes, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
      (self.outs, down, across) = (outs, weight.shape[2], weight.shape[3])
    }

    /// Visits every output and plane of an image with every tap that reads inside of it.
    func visit(_ body: (_ y: Int, _ x: Int, _ out: Int, _ plane: Int, _ tap: Int) -> Void) {
      for image in 0..<images {
        for out in 0..<outs {
          for plane in 0..<planes {
            for tap in 0..<down * across {
              let (v, h) = (tap / across - down / 2, tap % across - across / 2)
              for row in max(0, -v)..<max(max(0, -v), min(height, height - v)) {
                let (to, from) = ((image * outs + out) * height + row, (image * planes + plane) * height + row + v)
                for column in max(0, -h)..<max(max(0, -h), min(width, width - h)) {
                  body(to * width + column, from * width + column + h, out, plane, tap)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The weight is [out, in, taps], or [in, out, taps] and read backwards if turned.
  static func conv2d<T: Real>(
    _ shape: ImageShape, _ x: UnsafeMutablePointer<T>, _ weight: UnsafeMutablePointer<T>,
    _ bias: UnsafeMutablePointer<T>?, turned: Bool, _ y: UnsafeMutablePointer<T>
  ) {
    let (area, size) = (shape.down * shape.across, shape.height * shape.width)
    for i in 0..<shape.images * shape.outs * size { y[i] = bias.map { $0[i / size % shape.outs] } ?? 0 }
    shape.visit { to, from, out, plane, tap in
      let place =
        turned ? (plane * shape.outs + out) * area + area - 1 - tap : (out * shape.planes + plane) * area + tap
      y[to] += weight[place] * x[from]
    }
  }

  static func conv2dWeightGradient<T: Real>(
    _ shape: ImageShape, _ x: UnsafeMutablePointer<T>, _ g: UnsafeMutablePointer<T>, _ slope: UnsafeMutablePointer<T>
  ) {
    let area = shape.down * shape.across
    for i in 0..<shape.outs * shape.planes * area { slope[i] = 0 }
    shape.visit { to, from, out, plane, tap in slope[(out * shape.planes + plane) * area + tap] += g[to] * x[from] }
  }
}
