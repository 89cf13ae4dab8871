import CBLAS
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// C = A B, plus one row added to every row of C, for every matrix of a batch of float32 matrices, and an elementwise function
/// of it while it is near; C is row major without gaps.
package struct MatrixProduct {
  /// Where a matrix lies; strides in elements.
  package struct Operand {
    package let start: UnsafePointer<Float>
    package let batchStride: Int
    package let rowStride: Int
    package let columnStride: Int

    package init(_ start: UnsafePointer<Float>, batchStride: Int, rowStride: Int, columnStride: Int) {
      self.start = start
      self.batchStride = batchStride
      self.rowStride = rowStride
      self.columnStride = columnStride
    }

    /// How OpenBLAS reads this as `rows` x `columns`, if it can: one of the strides must be 1.
    fileprivate func layout(_ rows: Int, _ columns: Int) -> (CBLAS_TRANSPOSE, Int32)? {
      // The stride of a dimension of one slot says nothing.
      if columnStride == 1 || columns == 1, let step = Self.step(rows == 1 ? columns : rowStride, columns) {
        // A column that is not dense, read as rows of one element.
        return (CblasNoTrans, step)
      }
      if rowStride == 1 || rows == 1, let step = Self.step(columns == 1 ? rows : columnStride, rows) {
        return (CblasTrans, step)
      }
      return nil
    }

    private static func step(_ stride: Int, _ least: Int) -> Int32? {
      stride >= max(least, 1) ? Int32(exactly: stride) : nil
    }
  }

  /// An elementwise function of C, by its code of the kernels.
  package struct Act {
    let code: Int32
    let out: UnsafeMutablePointer<Float>

    /// - Parameter out: where its values go, laid out as C; C itself where only they are wanted.
    package init(_ code: Int32, into out: UnsafeMutablePointer<Float>) {
      self.code = code
      self.out = out
    }
  }

  /// Who multiplies.
  package enum Library: String, CaseIterable, Sendable {
    case own
    case openblas
  }

  let batch: Int
  let rows: Int
  let columns: Int
  let inner: Int
  let a: Operand
  let b: Operand
  let bias: UnsafePointer<Float>?
  let out: UnsafeMutablePointer<Float>
  let act: Act?

  /// [rows, inner] x [inner, columns], `batch` times.
  /// - Parameter bias: what is added to every row; nil for nothing. [columns]
  package init(
    batch: Int, rows: Int, columns: Int, inner: Int, _ a: Operand, _ b: Operand,
    bias: UnsafePointer<Float>? = nil, into out: UnsafeMutablePointer<Float>, act: Act? = nil
  ) {
    self.batch = batch
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.a = a
    self.b = b
    self.bias = bias
    self.out = out
    self.act = act
  }

  /// What PMM_PRODUCT asks for; nil leaves the choice to the shape.
  private static let wanted = getenv("PMM_PRODUCT").flatMap { Library(rawValue: String(cString: $0)) }

  /// By shape and kernel level alone, so that results do not depend on the number of threads. What was measured stands
  /// in docs/explanation/decisions/0006-two-products.md.
  package var choice: Library {
    if let wanted = Self.wanted { return wanted }
    // As a Double, because a dimension that repeats one slot takes no memory and may be of any length.
    let work = Double(rows) * Double(columns) * Double(inner)
    let level = Kernels.level
    switch level {
    case .portable:
      // Below that, what a call costs outweighs what it saves.
      return work >= 4096 ? .openblas : .own
    case .avx2, .avx512:
      guard Self.libraryLevels.contains(level) else { return .own }
      if level == .avx512, batch > 1, work < 0x1p20 {
        // It reads small matrices as they lie; ours copies the right one first.
        return min(columns, inner) >= 8 ? .openblas : .own
      }
      return min(rows, columns, inner) >= 512 ? .openblas : .own
    }
  }

  /// Levels for which OpenBLAS has kernels in use. A version older than the processor takes it for one of 2004, and is then
  /// some five times slower.
  private static let libraryLevels: Set<Kernels.Level> = {
    guard let name = openblas_get_corename().map({ String(cString: $0).lowercased() }) else { return [] }
    if ["skylakex", "cooperlake", "sapphirerapids"].contains(name) { return [.avx2, .avx512] }
    return ["haswell", "zen"].contains(name) ? [.avx2] : []
  }()

  /// OpenBLAS in its own words: version, options, processor.
  package static var libraryVersion: String {
    guard let text = openblas_get_config() else { return "" }
    return String(cString: text)
  }

  /// Multiplies on all threads. What is left after an interrupt is not computed.
  package func run(by library: Library? = nil) {
    guard batch > 0, rows > 0, columns > 0 else { return }
    if library ?? choice == .openblas, inner > 0, let blocks = BlasBlocks(self) {
      blocks.run()
      if let act { Kernels.table.unary(act.code, batch * rows * columns, out, act.out) }
    } else {
      Kernels.table.gemm(
        batch, rows, columns, inner, a.start, a.batchStride, a.rowStride, a.columnStride,
        b.start, b.batchStride, b.rowStride, b.columnStride, bias, out, act?.code ?? 0, act?.out)
    }
  }
}

/// A product cut into blocks of C, each OpenBLAS's on one thread.
private struct BlasBlocks {
  let product: MatrixProduct
  let (aTransposed, aStep): (CBLAS_TRANSPOSE, Int32)
  let (bTransposed, bStep): (CBLAS_TRANSPOSE, Int32)
  /// Rows and columns of a block, and how many blocks lie side by side and below each other.
  let height: Int
  let width: Int
  let across: Int
  let down: Int
  var blocks: Int { product.batch * across * down }
  /// Blocks that one thread takes at once.
  let together: Int

  /// Terms of a sum in one call: at most 2^29 multiplications, so that an interrupt is seen within some 10 ms.
  private static let depth = 2048

  /// OpenBLAS's own threads would come on top of ours, and its results depend on their number.
  private static let single: Void = openblas_set_num_threads(1)

  /// Nil where OpenBLAS cannot read the operands as they lie.
  init?(_ product: MatrixProduct) {
    guard let a = product.a.layout(product.rows, product.inner),
      let b = product.b.layout(product.inner, product.columns),
      let columns = Int32(exactly: product.columns), columns > 0
    else { return nil }
    _ = Self.single
    self.product = product
    (aTransposed, aStep) = a
    (bTransposed, bStep) = b
    var (height, width) = (min(product.rows, 256), min(product.columns, 1024))
    func count(_ whole: Int, _ part: Int) -> Int { (whole + part - 1) / part }
    // Enough blocks for several threads, and not fewer for fewer threads, which would change the sums.
    while count(product.rows, height) * count(product.columns, width) * product.batch < 8, max(height, width) > 64 {
      if width > height { width = (width / 2 + 31) / 32 * 32 } else { height = (height / 2 + 15) / 16 * 16 }
    }
    self.height = height
    self.width = width
    across = count(product.columns, width)
    down = count(product.rows, height)
    together = 1 + (1 << 16) / (height * width * min(product.inner, Self.depth) + 1)
  }

  func run() {
    withUnsafePointer(to: self) { job in
      ck_parallel(
        { context, group in
          let job = context.assumingMemoryBound(to: BlasBlocks.self)
          let (together, all) = (job.pointee.together, job.pointee.blocks)
          for block in group * together..<min((group + 1) * together, all) { job.pointee.multiply(block) }
        }, UnsafeMutableRawPointer(mutating: job), (blocks + together - 1) / together)
    }
  }

  private func multiply(_ block: Int) {
    let (matrix, place) = block.quotientAndRemainder(dividingBy: across * down)
    let (row, column) = (place / across * height, place % across * width)
    let (a, b) = (product.a, product.b)
    let out = product.out + (matrix * product.rows + row) * product.columns + column
    let (tall, wide) = (min(height, product.rows - row), min(width, product.columns - column))
    if let bias = product.bias {
      for i in 0..<tall { (out + i * product.columns).update(from: bias + column, count: wide) }
    }
    for from in stride(from: 0, to: product.inner, by: Self.depth) {
      if ck_interrupt_pending() != 0 { return }
      cblas_sgemm(
        CblasRowMajor, aTransposed, bTransposed, Int32(truncatingIfNeeded: tall), Int32(truncatingIfNeeded: wide),
        Int32(truncatingIfNeeded: min(Self.depth, product.inner - from)), 1,
        a.start + matrix * a.batchStride + row * a.rowStride + from * a.columnStride, aStep,
        b.start + matrix * b.batchStride + from * b.rowStride + column * b.columnStride, bStep,
        from == 0 && product.bias == nil ? 0 : 1, out, Int32(truncatingIfNeeded: product.columns))
    }
  }
}
