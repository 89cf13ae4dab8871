import Dispatch

extension InputFile {
  /// A path under which this process opens the same file again, also when another stands at its own path by now.
  package var pathOfDescriptor: String { "/proc/self/fd/\(descriptor)" }

  /// Fills `target` with the bytes from `offset` on and gives their checksum; large parts are read by two threads.
  package func readSummed(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FileError) -> UInt32 {
    let half = target.count / 2 / 4096 * 4096
    guard target.count >= 4 << 20 else { return try summed(at: offset, into: target).get() }
    let halves = Halves(target, half)
    DispatchQueue.concurrentPerform(iterations: 2) { part in
      if part == 0 {
        halves.sums.0 = self.summed(at: offset, into: halves.first)
      } else {
        halves.sums.1 = self.summed(at: offset + half, into: halves.second)
      }
    }
    return CRC32C.joined(try halves.sums.0.get(), try halves.sums.1.get(), secondCount: halves.second.count)
  }

  /// Each half belongs to one thread until both are done.
  private final class Halves: @unchecked Sendable {
    let first: UnsafeMutableRawBufferPointer
    let second: UnsafeMutableRawBufferPointer
    var sums: (Result<UInt32, FileError>, Result<UInt32, FileError>) = (.success(0), .success(0))

    init(_ whole: UnsafeMutableRawBufferPointer, _ half: Int) {
      first = UnsafeMutableRawBufferPointer(rebasing: whole[..<half])
      second = UnsafeMutableRawBufferPointer(rebasing: whole[half...])
    }
  }

  /// Reads in pieces that are still in the cache when they are summed.
  private func summed(at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Result<UInt32, FileError> {
    var sum: UInt32 = 0
    var done = 0
    while done < target.count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: target[done..<min(done + 1 << 18, target.count)])
      do throws(FileError) { try read(at: offset + done, into: piece) } catch { return .failure(error) }
      sum = CRC32C.extended(sum, by: piece)
      done += piece.count
    }
    return .success(sum)
  }
}
