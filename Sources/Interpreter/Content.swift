package import NamedTensors

/// What a value is, as bytes: equal bytes mean equal values, in every process and on every machine. Nothing of it depends
/// on where something lies in memory, on lines and comments of a program, or on what was made before.
package struct Content {
  package private(set) var bytes: [UInt8] = []
  package init() {}

  package mutating func add(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
  package mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
  /// To the last bit: nan and signed zeros are kept apart.
  package mutating func add(_ number: Double) { add(number.bitPattern) }
  package mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }
  /// With its length, so that no two texts run into one.
  package mutating func add(_ text: String) {
    add(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }
  package mutating func add(_ values: [Float]) {
    add(values.count)
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
  }
  package mutating func add(_ values: [Double]) {
    add(values.count)
    for value in values { add(value) }
  }
  package mutating func add(_ axis: Axis) {
    add(axis.name)
    add(axis.owner ?? "")
    add(axis.label)
  }
}

/// An object that can say what it is.
package protocol ContentStated: LanguageObject {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) throws
}

extension Table: ContentStated {
  /// Columns that differ from run to run although nothing else does; they are kept, but nothing depends on them.
  package static let volatile: Set<String> = ["seconds", "memory_mb"]

  package func state(_ content: inout Content, _ fingerprint: Fingerprint) throws {
    content.add(keyNames.count)
    for name in keyNames { content.add(name) }
    content.add(rows.count)
    for row in rows {
      for key in row.keys { try fingerprint.write(key, &content) }
      if case .record(let record) = row.value, record.kind == "record" {
        try fingerprint.write(.record(record.without(Self.volatile)), &content)
      } else {
        try fingerprint.write(row.value, &content)
      }
      content.add(row.cells.count)
      for cell in row.cells where !Self.volatile.contains(cell.name) {
        content.add(cell.name)
        try fingerprint.write(cell.value, &content)
      }
    }
  }
}

extension ModuleNamespace: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) throws {
    content.add(globals.moduleName)
    for name in fieldNames {
      content.add(name)
      try fingerprint.write(globals.value(named: name) ?? .none, &content)
    }
  }
}

extension RecordType: ContentStated {
  package func state(_ content: inout Content, _ fingerprint: Fingerprint) throws {
    content.add(name)
    for field in fields {
      content.add(field.name)
      content.add("\(field.kind.map { "\($0)" } ?? "")")
      for axis in field.axes { try fingerprint.write(.axis(axis), &content) }
      if let record = field.record { try record.state(&content, fingerprint) }
    }
  }
}
