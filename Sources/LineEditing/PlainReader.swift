import Foundation

/// Reads entries line by line where there is a terminal to read from and none to draw on, or one that can only print.
package final class PlainReader {
  private let wantsMore: (String) -> Bool
  /// Where prompts go: standard output on a terminal, else standard error, so that they stand in no file.
  private let promptTo: Int32
  private var bytes: [UInt8] = []

  package init(wantsMore: @escaping (String) -> Bool, promptTo: Int32) {
    self.wantsMore = wantsMore
    self.promptTo = promptTo
  }

  /// Reads an entry; two blank lines end one that could go on.
  package func read(prompt: String, continuation: String) -> Entry {
    EditingSignals.during {
      var lines: [String] = []
      while true {
        show(lines.isEmpty ? prompt : continuation)
        switch line() {
        case .interrupt:
          show("\n")
          return .abandoned
        case .end:
          show("\n")
          return lines.isEmpty ? .end : .text(lines.joined(separator: "\n"))
        case .line(let line):
          lines.append(line)
          let text = lines.joined(separator: "\n")
          let isLeft = lines.count > 1 && lines.suffix(2).allSatisfy { $0.allSatisfy(\.isWhitespace) }
          if isLeft || !wantsMore(text) { return .text(text) }
        }
      }
    }
  }

  private func show(_ text: String) { FileHandle(fileDescriptor: promptTo).write(Data(text.utf8)) }

  private enum Arrival { case line(String), interrupt, end }

  private func line() -> Arrival {
    while true {
      if let end = bytes.firstIndex(of: 10) {
        defer { bytes.removeSubrange(...end) }
        return .line(String(decoding: bytes[..<end], as: UTF8.self))
      }
      var waits = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: EditingSignals.bell, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&waits, EditingSignals.bell < 0 ? 1 : 2, -1)
      if ready < 0, errno != EINTR { return .end }
      let news = EditingSignals.take()
      if news.contains(.stop) { raise(SIGSTOP) }
      if news.contains(.interrupt) {
        bytes = []
        return .interrupt
      }
      guard ready > 0, waits[0].revents != 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = Foundation.read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else {
        if bytes.isEmpty { return .end }
        bytes.append(10)
        continue
      }
      bytes += buffer[..<count]
    }
  }
}
