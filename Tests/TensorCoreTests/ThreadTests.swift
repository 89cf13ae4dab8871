import Foundation
import TensorCore
import TestKit
import Testing

/// Many small regions on several threads, on cores that others want too: each of them ends, and computes all that it
/// would on one thread.
struct ThreadTests {
  fileprivate static func product(_ a: Tensor, _ b: Tensor, _ out: Tensor) {
    withExtendedLifetime((a, b, out)) {
      // Three blocks of rows, some microseconds each.
      MatrixProduct(
        batch: 1, rows: a.shape[0], columns: b.shape[1], inner: a.shape[1],
        .init(UnsafePointer(a.pointer()), batchStride: 0, rowStride: a.shape[1], columnStride: 1),
        .init(UnsafePointer(b.pointer()), batchStride: 0, rowStride: b.shape[1], columnStride: 1), into: out.pointer()
      ).run(by: .own)
    }
  }

  fileprivate static func matrix(_ rows: Int, _ columns: Int, key: UInt64) throws -> Tensor {
    let tensor = try Tensor(uninitialized: [rows, columns], .float32)
    Random.fillNormal(tensor, key, scale: 1)
    return tensor
  }

  @Test(.timeLimit(.minutes(2)), arguments: [2, 3, 4])
  func everyRegionEnds(threads: Int) async {
    await #expect(processExitsWith: .success) { [threads] in
      let (a, b) = (try ThreadTests.matrix(600, 8, key: 1), try ThreadTests.matrix(8, 8, key: 2))
      let out = try Tensor(uninitialized: [600, 8], .float32)
      Threads.count = 1
      ThreadTests.product(a, b, out)
      let wanted = out.floats()
      Threads.count = threads
      // Threads that never rest, so that workers lose their cores amid a block.
      for _ in 0..<2 {
        Thread.detachNewThread {
          var sum = 0.0
          while sum < .infinity { sum += 1 }
        }
      }
      var random = SeededGenerator(seed: UInt64(threads))
      for round in 0..<6000 {
        out.pointer(Float.self).update(repeating: .nan, count: out.count)
        ThreadTests.product(a, b, out)
        let isWhole = out.floats() == wanted
        #expect(isWhole, "round \(round)")
        // Long enough for workers to fall asleep, or nearly.
        if round % 50 == 0 { usleep(UInt32.random(in: 0...500, using: &random)) }
      }
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func requestsToStopLeaveNoRegionHanging() async {
    await #expect(processExitsWith: .success) {
      let (a, b) = (try ThreadTests.matrix(600, 8, key: 1), try ThreadTests.matrix(8, 8, key: 2))
      let out = try Tensor(uninitialized: [600, 8], .float32)
      Threads.count = 1
      ThreadTests.product(a, b, out)
      let wanted = out.floats()
      Threads.count = 3
      Thread.detachNewThread {
        while true {
          usleep(300)
          Interrupts.request()
        }
      }
      var whole = 0
      var stopped = 0
      while stopped < 300 || whole < 300 {
        ThreadTests.product(a, b, out)
        if Interrupts.isPending {
          stopped += 1
          Interrupts.clear()
        } else if out.floats() == wanted {
          whole += 1
        } else {
          // A request came and went only by our own hand, so nothing may be missing.
          Issue.record("a region without a request is not whole")
          return
        }
      }
    }
  }
}
