import Foundation
import TestKit

/// The built program at a terminal, driven by Python's `pty` module.
struct TerminalSession {
  enum Step {
    /// Types a line.
    case type(String)
    /// Presses Ctrl-C.
    case interrupt
    /// Waits until a text appears behind what was waited for before; its seconds are a result.
    case expect(String)
    case sleep(Double)
    /// Ends the program without a warning.
    case kill
    /// Presses Ctrl-D.
    case end

    fileprivate var json: [String] {
      switch self {
      case .type(let text): ["type", text]
      case .interrupt: ["key", "3"]
      case .expect(let text): ["expect", text]
      case .sleep(let seconds): ["sleep", "\(seconds)"]
      case .kill: ["kill", "9"]
      case .end: ["key", "4"]
      }
    }
  }

  struct Outcome: Decodable {
    /// Seconds of each `expect`; -1 where the text did not appear.
    let seconds: [Double]
    let screen: String
    /// The exit status; minus the signal for a program that a signal ended, -1000 for one that still ran.
    let status: Int
  }

  /// Nil where there is no Python to drive a terminal with.
  static let python = Python.withModules("pty")

  let folder: ScratchFolder

  private static let driver = """
    import json, os, pty, select, signal, sys, time
    program, arguments, folder, steps = json.loads(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        environment = dict(os.environ, TERM="dumb", PMM_STATE=folder + "/state", HOME=folder)
        os.execve(program, [program] + arguments, environment)
    screen, seen, seconds = b"", 0, []
    def read(wait):
        global screen
        ready, _, _ = select.select([terminal], [], [], wait)
        if not ready: return True
        try: more = os.read(terminal, 65536)
        except OSError: return False
        screen += more
        return bool(more)
    for kind, text in steps:
        if kind == "type": os.write(terminal, text.encode() + b"\\n")
        elif kind == "key": os.write(terminal, bytes([int(text)]))
        elif kind == "kill": os.kill(child, signal.SIGKILL)
        elif kind == "sleep":
            end = time.time() + float(text)
            while time.time() < end and read(max(0, end - time.time())): pass
        else:
            start = time.time()
            while text.encode() not in screen[seen:] and time.time() < start + 90 and read(0.5): pass
            place = screen.find(text.encode(), seen)
            seconds.append(time.time() - start if place >= 0 else -1)
            if place >= 0: seen = place + len(text.encode())
    end, status = time.time() + 5, -1000
    while time.time() < end:
        done, raw = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(raw)
            break
        read(0.05)
    if status == -1000: os.kill(child, signal.SIGKILL)
    print(json.dumps({"seconds": seconds, "screen": screen.decode(errors="replace"), "status": status}))
    """

  func run(_ arguments: [String] = [], _ steps: [Step]) throws -> Outcome {
    let question: [Any] = [BuiltProgram.path, arguments, folder.path, steps.map(\.json)]
    let text = String(decoding: try JSONSerialization.data(withJSONObject: question), as: UTF8.self)
    let here = URL(fileURLWithPath: folder.path)
    let printed = try Subprocess.run("/usr/bin/env", ["python3", "-c", Self.driver, text], in: here)
    return try JSONDecoder().decode(Outcome.self, from: Data(printed.utf8))
  }
}
