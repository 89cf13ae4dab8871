import Interpreter

/// An answer that is a table with a line above it and words below: what `explain` and `diff` give.
final class TableReport: LanguageObject {
  /// What errors call it, and the field that its table is.
  let typeName: String
  private let tableName: String
  private let head: String
  private let table: Table
  private let notes: [String]

  init(_ typeName: String, _ tableName: String, head: String, table: Table, notes: [String] = []) {
    self.typeName = typeName
    self.tableName = tableName
    self.head = head
    self.table = table
    self.notes = notes
  }

  var fieldNames: [String] { [tableName, "notes"] }
  func field(_ name: String) -> Value? {
    switch name {
    case tableName: .object(table)
    case "notes": .list(notes.map { .string($0) })
    default: nil
    }
  }
  var printed: String { ([head, table.text(limit: 100)] + notes.map { "  \($0)" }).joined(separator: "\n") }
}
