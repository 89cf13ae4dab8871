import Diagnostics
import Shell
import Syntax

/// Bringing files into form.
enum Formatting {
  /// Whether the file has no mistakes, and with `isCheck` is in form already.
  static func format(_ file: String, isCheck: Bool) -> Bool {
    do {
      let text = try Scripts.text(of: file)
      switch Formatter.format(SourceText(name: file, text: text)) {
      case .rejected(let found): throw Rejection(found)
      case .formatted(text): return true
      case .formatted where isCheck:
        Console.out(file)
        return false
      case .formatted(let changed):
        try Scripts.write(changed, to: file)
        Console.error("formatted \(file)")
        return true
      }
    } catch {
      _ = Runtime.report(error)
      return false
    }
  }
}
