extension Reference {
  /// out[o, i] = sum over r of x[o, r, i].
  static func sum<T: Real>(
    _ outer: Int, _ reduced: Int, _ inner: Int, _ x: UnsafeMutablePointer<T>, _ out: UnsafeMutablePointer<T>
  ) {
    for o in 0..<outer {
      for i in 0..<inner {
        var total: T = 0
        for r in 0..<reduced { total += x[(o * reduced + r) * inner + i] }
        out[o * inner + i] = total
      }
    }
  }

  /// log of the sum of exp over each row; minus infinity for a row of nothing but that.
  static func logsumexp<T: Real>(
    _ rows: Int, _ n: Int, _ x: UnsafeMutablePointer<T>, _ out: UnsafeMutablePointer<T>
  ) {
    for r in 0..<rows {
      let row = x + r * n
      var high = -T.infinity
      for i in 0..<n where row[i] > high || row[i].isNaN { high = row[i] }
      if high == -.infinity || high == .infinity {
        out[r] = high
        continue
      }
      var total: T = 0
      for i in 0..<n { total += T.exp(row[i] - high) }
      out[r] = high + T.log(total)
    }
  }

  static func logsumexpGradient<T: Real>(
    _ rows: Int, _ n: Int, _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ g: UnsafeMutablePointer<T>,
    _ out: UnsafeMutablePointer<T>
  ) {
    for r in 0..<rows {
      for i in r * n..<(r + 1) * n { out[i] = y[r] == -.infinity || g[r] == 0 ? 0 : g[r] * T.exp(x[i] - y[r]) }
    }
  }

  /// Softmax of each row, or its logarithm. A row of nothing but minus infinity has softmax 0.
  static func softmax<T: Real>(
    _ rows: Int, _ n: Int, _ log: Bool, _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>
  ) {
    for r in 0..<rows {
      let (from, to) = (x + r * n, y + r * n)
      var whole: T = 0
      logsumexp(1, n, from, &whole)
      for i in 0..<n {
        let value = whole == -.infinity ? -.infinity : from[i] - whole
        to[i] = log ? value : T.exp(value)
      }
    }
  }

  static func softmaxGradient<T: Real>(
    _ rows: Int, _ n: Int, _ log: Bool, _ y: UnsafeMutablePointer<T>, _ g: UnsafeMutablePointer<T>,
    _ out: UnsafeMutablePointer<T>
  ) {
    for r in 0..<rows {
      var total: T = 0
      for i in r * n..<(r + 1) * n { total += log ? g[i] : g[i] * y[i] }
      for i in r * n..<(r + 1) * n { out[i] = log ? g[i] - T.exp(y[i]) * total : y[i] * (g[i] - total) }
    }
  }

  static func layerNorm<T: Real>(
    _ rows: Int, _ n: Int, _ x: UnsafeMutablePointer<T>, _ weight: UnsafeMutablePointer<T>,
    _ bias: UnsafeMutablePointer<T>, _ eps: T, _ y: UnsafeMutablePointer<T>, _ mean: UnsafeMutablePointer<T>,
    _ rstd: UnsafeMutablePointer<T>
  ) {
    for r in 0..<rows {
      let (from, to) = (x + r * n, y + r * n)
      var total: T = 0
      for i in 0..<n { total += from[i] }
      let middle = total / T(n)
      var squares: T = 0
      for i in 0..<n { squares += (from[i] - middle) * (from[i] - middle) }
      let scale = 1 / (squares / T(n) + eps).squareRoot()
      for i in 0..<n { to[i] = (from[i] - middle) * scale * weight[i] + bias[i] }
      mean[r] = middle
      rstd[r] = scale
    }
  }

  static func layerNormGradient<T: Real>(
    _ rows: Int, _ n: Int, _ x: UnsafeMutablePointer<T>, _ weight: UnsafeMutablePointer<T>,
    _ mean: UnsafeMutablePointer<T>, _ rstd: UnsafeMutablePointer<T>, _ g: UnsafeMutablePointer<T>,
    _ gx: UnsafeMutablePointer<T>, _ gweight: UnsafeMutablePointer<T>, _ gbias: UnsafeMutablePointer<T>
  ) {
    for i in 0..<n {
      gweight[i] = 0
      gbias[i] = 0
    }
    for r in 0..<rows {
      var (first, second): (T, T) = (0, 0)
      for i in 0..<n {
        let at = r * n + i
        let normal = (x[at] - mean[r]) * rstd[r]
        first += g[at] * weight[i]
        second += g[at] * weight[i] * normal
        gweight[i] += g[at] * normal
        gbias[i] += g[at]
      }
      for i in 0..<n {
        let at = r * n + i
        let normal = (x[at] - mean[r]) * rstd[r]
        gx[at] = rstd[r] * (g[at] * weight[i] - first / T(n) - normal * second / T(n))
      }
    }
  }
}
