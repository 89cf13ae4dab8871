import CKernels

/// Long work on files.
package enum FileWork {
  /// Throws while a request to stop is pending, such as Ctrl-C makes.
  package static func check() throws(FileError) {
    if ck_interrupt_pending() != 0 { throw FileError(code: "interrupted", message: "interrupted") }
  }
}
