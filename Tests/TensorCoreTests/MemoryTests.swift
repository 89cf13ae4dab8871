import TensorCore
import TestKit
import Testing

/// The pool as tensors see it. The counters belong to the process, so those who read them run in one of their own.
struct MemoryTests {
  /// A tensor that knows what was written into it.
  private struct Marked {
    let tensor: Tensor
    let mark: UInt8

    init(bytes: Int, mark: UInt8) throws {
      tensor = try Tensor(uninitialized: [bytes], .bool)
      self.mark = mark
      tensor.pointer(UInt8.self).update(repeating: mark, count: bytes)
    }

    var isWhole: Bool {
      withExtendedLifetime(tensor) {
        UnsafeBufferPointer(start: tensor.pointer(UInt8.self), count: tensor.count).allSatisfy { $0 == mark }
      }
    }
  }

  /// Steps of a training whose item counts differ: sizes are never the same twice, and yet no block is kept for each.
  @Test func blocksOfOtherSizesAreMadeOfTheSameMemory() async {
    await #expect(processExitsWith: .success) { try MemoryTests.takeStepsOfVaryingSizes() }
  }

  private static func takeStepsOfVaryingSizes() throws {
    var random = SeededGenerator(seed: 3)
    var kept: [Marked] = []
    var most = 0
    for round in 0..<200 {
      var step: [Marked] = []
      for _ in 0..<40 {
        let octave = Int.random(in: 0..<22, using: &random)
        step.append(
          try Marked(bytes: Int.random(in: (1 << octave)..<(2 << octave), using: &random), mark: UInt8(round)))
        // Some are dropped early, as gradients are.
        if Int.random(in: 0..<4, using: &random) == 0 {
          #expect(step.remove(at: Int.random(in: step.indices, using: &random)).isWhole)
        }
      }
      // Something of most steps lives on for a while, between the blocks that are given back.
      kept.append(try Marked(bytes: Int.random(in: 1..<20000, using: &random), mark: UInt8(round)))
      if kept.count > 50 { #expect(kept.removeFirst().isWhole) }
      let wholeStep = step.allSatisfy(\.isWhole)
      #expect(wholeStep)
      let now = Memory.now
      most = max(most, now.live + now.pooled)
    }
    let wholeKept = kept.allSatisfy(\.isWhole)
    #expect(wholeKept)
    let peak = Memory.now.peak
    #expect(peak > 20 << 20)
    #expect(most < 2 * peak, "\(most) bytes held for \(peak) in use at most")
  }

  @Test func trimGivesEverythingBack() async {
    await #expect(processExitsWith: .success) { try MemoryTests.trimHalfFullAndEmpty() }
  }

  private static func trimHalfFullAndEmpty() throws {
    var blocks: [Marked] = []
    for i in 0..<40 { blocks.append(try Marked(bytes: 3 << 20 | i << 12, mark: 1)) }
    let full = Memory.now
    #expect(full.live > 110 << 20 && full.live < 140 << 20)
    // Every second one goes, then all.
    blocks = blocks.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let half = Memory.now
    #expect(half.pooled - full.pooled > 50 << 20)
    Memory.trim()
    // Of what lies between two blocks only whole huge pages go.
    #expect(Memory.now.pooled < half.pooled - 30 << 20)
    let whole = blocks.allSatisfy(\.isWhole)
    #expect(whole)
    blocks = []
    Memory.trim()
    #expect(Memory.now.live == 0 && Memory.now.pooled == 0)
    // What was given back can be had again.
    #expect(try Marked(bytes: 64 << 20, mark: 9).isWhole)
  }

  /// Several threads ask at once, as kernels do for scratch.
  @Test func threadsShareThePool() async {
    let whole = await withTaskGroup(of: Bool.self) { group in
      for thread in 0..<4 {
        group.addTask {
          var random = SeededGenerator(seed: UInt64(thread))
          var held: [Marked] = []
          for _ in 0..<3000 {
            guard let block = try? Marked(bytes: Int.random(in: 0..<30000, using: &random), mark: UInt8(thread))
            else { return false }
            held.append(block)
            if held.count > 20 {
              guard held.remove(at: Int.random(in: held.indices, using: &random)).isWhole else { return false }
            }
          }
          return held.allSatisfy(\.isWhole)
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    #expect(whole)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(throws: TensorError.self) { try Tensor(uninitialized: [1 << 40, 1 << 20], .float32) }
    #expect(throws: TensorError.self) { try Tensor(uninitialized: [Int.max, 8], .float32) }
    #expect(throws: TensorError.self) { try Tensor(uninitialized: [1 << 39], .float32) }
    let block = try Tensor(uninitialized: [3 << 20], .bool)
    #expect(Int(bitPattern: block.storage.base) % 64 == 0)
  }
}
