import Syntax

/// Which statements of a script `pmm check` evaluates: those that build values from values, so that models and edits run
/// on shapes. What reads, writes, trains or prints is left out, and with it whatever depends on it.
struct DryRun {
  /// Builtins that touch the world or take long.
  static let effects: Set<String> = [
    "dataset", "popularity", "train", "evaluate", "check", "save", "open", "export", "print", "show", "fail",
  ]

  /// Names whose values are not known, because they come from something that is left out.
  private var unknown = effects

  init(_ program: Program) {
    // A function that does such a thing inside is left out when it is called.
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for statement in program.statements {
        guard case .define(let name, _) = statement.kind, !unknown.contains(name.name.text), touches(statement) else {
          continue
        }
        unknown.insert(name.name.text)
        isGrowing = true
      }
    }
  }

  private func touches(_ statement: Statement) -> Bool {
    var found = false
    statement.visit { expression in
      if case .name(let name) = expression.kind, unknown.contains(name) { found = true }
    }
    return found
  }

  /// Whether to evaluate a statement; if not, the names that it binds become unknown.
  mutating func evaluates(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .importModule, .importNames, .axis, .type, .model, .loss, .define: return true
    case .bind(let name, _, _):
      if touches(statement) {
        unknown.insert(name.name.text)
        return false
      }
      unknown.remove(name.name.text)
      return true
    case .expression: return !touches(statement)
    case .update(let target, _):
      if touches(statement), case .name(let name) = target.kind { unknown.insert(name) }
      return !touches(statement)
    case .loop, .whileLoop, .returnValue: return !touches(statement)
    }
  }
}
