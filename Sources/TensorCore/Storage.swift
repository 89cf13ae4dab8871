import CKernels

/// A block of the pool, 64-byte aligned; the last reference gives it back.
package final class Storage: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let bytes: Int

  package init(bytes: Int) throws {
    let wanted = max(bytes, 1)
    guard let base = ck_alloc(wanted) else { throw TensorError.memory(MemoryShortage(bytes: wanted)) }
    self.base = base
    self.bytes = wanted
  }

  deinit { ck_free(base) }
}
