import Foundation
import TestKit

/// The program at a terminal of its own: keys go in, and a screen shows what it draws.
final class Terminal {
  struct Missing: Error, CustomStringConvertible { let description: String }

  private let process = Process()
  private let master: Int32
  private(set) var screen: Screen
  private(set) var raw = ""
  private var undecoded: [UInt8] = []

  /// Gives a program a terminal to be controlled by; part of util-linux.
  static let launcher = "/usr/bin/setsid"
  /// Linux's requests TIOCSPTLCK and TIOCGPTN, whose definitions Swift cannot import.
  private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
  static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: launcher) }

  /// - Parameter shell: a command line in which `pmm` is the program; nil starts the program itself.
  init(
    in folder: ScratchFolder, width: Int = 80, height: Int = 24, environment: [String: String] = [:],
    shell: String? = nil
  ) throws {
    screen = Screen(width: width, height: height)
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, number): (Int32, Int32) = (0, -1)
    guard master >= 0, ioctl(master, Self.setLock, &locked) == 0, ioctl(master, Self.getNumber, &number) == 0 else {
      throw Missing(description: "a pseudo-terminal")
    }
    let name = "/dev/pts/\(number)"
    var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    let slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard slave >= 0 else { throw Missing(description: "the terminal's other side") }
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: Self.launcher)
    // Tests run on threads that block signals, and what they start would as well.
    process.arguments =
      ["--ctty", "--wait", "env", "--default-signal"] + (shell.map { ["/bin/bash", "-c", $0] } ?? [BuiltProgram.path])
    var all = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
    all["TERM"] = "xterm"
    all["HOME"] = folder.path
    all["PMM_HISTORY"] = folder.file("history")
    all["PMM"] = BuiltProgram.path
    process.environment = all.merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
  }

  deinit {
    if process.isRunning {
      let group = tcgetpgrp(master)
      if group > 1 { kill(group, SIGKILL) }
      process.waitUntilExit()
    }
    close(master)
  }

  /// The process that the terminal belongs to now.
  var foreground: pid_t { tcgetpgrp(master) }

  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    // A terminal takes some kilobytes at a time, and what is drawn must be taken off it meanwhile.
    while !bytes.isEmpty {
      var wait = pollfd(fd: master, events: Int16(POLLOUT | POLLIN), revents: 0)
      guard poll(&wait, 1, 20_000) > 0 else { return }
      if wait.revents & Int16(POLLIN) != 0 { receive(within: 0) }
      if wait.revents & Int16(POLLOUT) != 0 {
        let count = bytes.prefix(1024).withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        bytes = bytes.dropFirst(count)
      }
    }
  }

  func paste(_ text: String) { send("\u{1B}[200~" + text.replacingOccurrences(of: "\n", with: "\r") + "\u{1B}[201~") }

  func resize(width: Int, height: Int) {
    var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    screen.resize(width: width, height: height)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Takes what the program drew; false where nothing came.
  @discardableResult
  private func receive(within milliseconds: Int32) -> Bool {
    var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0, wait.revents & Int16(POLLIN) != 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    undecoded += buffer[..<count]
    // A character may be cut in two.
    var whole = undecoded.count
    while whole > 0, undecoded.count - whole < 4, undecoded[whole - 1] & 0xC0 == 0x80 { whole -= 1 }
    if whole > 0, undecoded[whole - 1] >= 0xC0 {
      let first = undecoded[whole - 1]
      let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      whole = whole - 1 + length <= undecoded.count ? undecoded.count : whole - 1
    } else {
      whole = undecoded.count
    }
    let text = String(decoding: undecoded[..<whole], as: UTF8.self)
    undecoded.removeFirst(whole)
    raw += text
    screen.feed(text)
    return true
  }

  /// Waits until a condition of the screen holds; whether it did.
  func waits(_ seconds: Double = 20, until holds: (Screen) -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while !holds(screen) {
      let left = end.timeIntervalSinceNow
      if left <= 0 { return false }
      if !receive(within: Int32(min(left, 0.2) * 1000) + 1), !process.isRunning, !receive(within: 0) {
        return holds(screen)
      }
    }
    return true
  }

  /// Waits until a new, empty prompt is the last thing on the screen.
  func waitsForPrompt(_ seconds: Double = 20) -> Bool {
    waits(seconds) { $0.lines.last == "pmm>" && $0.cursor.column == 5 }
  }

  /// How many prompts were shown; where lines are not edited, prompts are not drawn again and can be counted.
  var prompts: Int {
    screen.beginnings > 0 ? screen.beginnings : raw.components(separatedBy: "pmm> ").count - 1
  }

  /// Sends keys that end some entries, and gives the screen once a prompt followed each.
  @discardableResult
  func submit(_ keys: String, entries: Int = 1, within seconds: Double = 20) throws -> Screen {
    let before = prompts
    send(keys)
    guard waits(seconds, until: { [self] in prompts >= before + entries && $0.text.hasSuffix("pmm>") }) else {
      throw Missing(description: "a prompt after \(keys.debugDescription); the screen shows\n\(screen.text)")
    }
    return screen
  }

  /// Types an entry, and gives what is printed for it: the lines between the last of the entry and the next prompt.
  func enter(_ text: String) throws -> String { try submit(text + "\r").printed }

  /// Whether the program ended within some seconds, and how: an exit status, or a signal below 0.
  func end(within seconds: Double = 20) -> Int32? {
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < end { receive(within: 20) }
    while receive(within: 0) {}
    if process.isRunning { return nil }
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}
