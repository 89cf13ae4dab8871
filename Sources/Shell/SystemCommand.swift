import Diagnostics
import Glibc

/// A command of the system whose lines are printed, for sessions without a terminal.
enum SystemCommand {
  /// Gives the exit status; 128 and the signal's number for a command that a signal ended.
  static func run(_ command: String, output: (String) -> Void) throws -> Int32 {
    fflush(nil)
    guard let stream = popen("{ \(command)\n} 2>&1", "r") else {
      throw Failure(.failed, "the command cannot be started: the system gives no more processes")
    }
    var line: [UInt8] = []
    while true {
      let byte = fgetc(stream)
      if byte == EOF { break }
      if byte == 10 {
        output(String(decoding: line, as: UTF8.self))
        line = []
      } else {
        line.append(UInt8(truncatingIfNeeded: byte))
      }
    }
    if !line.isEmpty { output(String(decoding: line, as: UTF8.self)) }
    return status(pclose(stream))
  }

  /// What a status of `wait` means to a shell.
  package static func status(_ raw: Int32) -> Int32 {
    let signal = raw & 0x7F
    return signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
  }
}
