import Autodiff
import NamedTensors
import TensorCore
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A request to stop is a flag of the process, so each test runs in a process of its own.
struct InterruptTests {
  /// [rows, inner] x [inner, columns], again and again until a request is seen; asserts that it was.
  private static func multiplyUntilInterrupted(rows: Int, inner: Int, columns: Int) throws {
    let (row, term, column) = (Dimension(Axes.batch, rows), Dimension(Axes.d, inner), Dimension(Axes.item, columns))
    let a = try NamedTensor.doubles([Double](repeating: 0.5, count: rows * inner), [row, term])
    let b = try NamedTensor.doubles([Double](repeating: 0.5, count: inner * columns), [term, column])
    // Whichever layer sees the request first says so.
    do {
      for _ in 0..<5000 { _ = try NamedTensor.dot(a, b, over: [Axes.d]) }
      Issue.record("nothing was interrupted")
    } catch let error as AxisError {
      #expect(error.kind == .interrupted)
    } catch { #expect(error as? TensorError == .interrupted) }
    #expect(Interrupts.isPending)
    Interrupts.clear()
    let after = try NamedTensor.dot(a, b, over: [Axes.d])
    #expect(after.doubleValues().last == 0.25 * Double(inner))
  }

  /// Asks from another thread a little later, as a signal handler does.
  private static func requestSoon() {
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { _ in
        usleep(30_000)
        Interrupts.request()
        return nil
      }, nil)
  }

  @Test func aPendingRequestStopsAnOperation() async {
    await #expect(processExitsWith: .success) {
      Threads.count = 2
      Interrupts.request()
      try InterruptTests.multiplyUntilInterrupted(rows: 3, inner: 4, columns: 5)
    }
  }

  /// Large enough for OpenBLAS at every level.
  @Test func aRequestStopsALargeProduct() async {
    await #expect(processExitsWith: .success) {
      Threads.count = 2
      InterruptTests.requestSoon()
      try InterruptTests.multiplyUntilInterrupted(rows: 2048, inner: 1024, columns: 2048)
    }
  }

  /// The shape of a weight's gradient, which the own kernels take where they are vectorised.
  @Test func aRequestStopsAThinProduct() async {
    await #expect(processExitsWith: .success) {
      Threads.count = 2
      InterruptTests.requestSoon()
      try InterruptTests.multiplyUntilInterrupted(rows: 256, inner: 8192, columns: 128)
    }
  }

  /// One image is one block of work, which takes many seconds if nothing asks inside of it.
  @Test func aRequestStopsAConvolutionWithinAnImage() async {
    await #expect(processExitsWith: .success) {
      let (row, column, down, across) = (Axis("row"), Axis("column"), Axis("down"), Axis("across"))
      let x = try NamedTensor.full(0.5, [Dimension(Axes.d, 1), Dimension(row, 256), Dimension(column, 256)])
      let w = try NamedTensor.full(
        0.5, [Dimension(Axes.item, 256), Dimension(Axes.d, 1), Dimension(down, 151), Dimension(across, 151)])
      InterruptTests.requestSoon()
      let clock = ContinuousClock()
      let start = clock.now
      let error = #expect(throws: AxisError.self) {
        _ = try NamedTensor.conv2d(
          x, w, nil, over: [row, column], dim: Axes.d, to: Axes.item, taps: [down, across])
      }
      #expect(error?.kind == .interrupted)
      #expect(clock.now - start < .seconds(2))
    }
  }
}
