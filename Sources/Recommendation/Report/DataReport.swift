/// What a data set holds, and what is wrong with it: what a reviewer would ask before believing a number.
package struct DataReport: Sendable {
  /// Something that was found.
  package struct Finding: Sendable, Equatable {
    package enum Severity: String, Sendable {
      /// Training on these data would be wrong.
      case wrong
      /// Worth knowing before numbers are compared.
      case note
    }
    package let severity: Severity
    /// A stable short name such as `missing-image`.
    package let code: String
    /// One sentence, with the count.
    package let message: String
    package let count: Int
    /// Ids, places or files of the first few.
    package let examples: [String]
  }

  /// What the items look like, as far as the report needs it; all by item.
  package struct Items: Sendable {
    package let ids: [String]
    package let hasTitle: [Bool]
    package let hasDescription: [Bool]
    package let hasImage: [Bool]
    /// Images that could not be read, with the reason.
    package let imageProblems: [(item: Int, reason: String)]

    package init(
      ids: [String], hasTitle: [Bool], hasDescription: [Bool], hasImage: [Bool],
      imageProblems: [(item: Int, reason: String)] = []
    ) {
      (self.ids, self.hasTitle, self.hasDescription) = (ids, hasTitle, hasDescription)
      (self.hasImage, self.imageProblems) = (hasImage, imageProblems)
    }
  }

  /// How the moments of events look.
  package enum Times: String, Sendable {
    /// The file has none.
    case none
    /// 0, 1, 2, ... or 1, 2, 3, ... within each user: an order, and no times.
    case positions
    /// All events have the same one.
    case constant
    case moments
  }

  package let size: DataSize
  /// Fewest, middle, mean and most events of a user; of two in the middle the larger.
  package let lengths: (least: Int, median: Int, mean: Double, most: Int)
  /// Fewest events of an item that has any.
  package let rarestItem: Int
  package let times: Times
  /// Items by whether they have a title or description, a description, an image.
  package let described: (texts: Int, descriptions: Int, images: Int)
  package let findings: [Finding]

  /// Whether training on these data would be wrong.
  package var isWrong: Bool { findings.contains { $0.severity == .wrong } }

  /// Looks at everything once; the split is leave-one-out.
  /// - Parameter warnings: what the reader counted.
  package init(_ log: EventLog, _ items: Items, warnings: [DataWarning] = []) {
    size = log.size
    let counts = log.sequences.map(\.count).sorted()
    lengths = (
      counts.first ?? 0, counts.isEmpty ? 0 : counts[counts.count / 2],
      counts.isEmpty ? 0 : Double(size.events) / Double(counts.count), counts.last ?? 0
    )
    let occurring = occurrences(log.sequences, itemCount: log.itemCount)
    rarestItem = occurring.filter { $0 > 0 }.min() ?? 0
    times = Self.times(of: log)
    let texts = zip(items.hasTitle, items.hasDescription).map { $0 || $1 }
    described = (texts.count { $0 }, items.hasDescription.count { $0 }, items.hasImage.count { $0 })
    var findings = FindingList()
    findings.addReading(warnings)
    findings.addContent(items, texts: texts)
    findings.addRepeats(log)
    findings.addTimes(log, times)
    findings.addSplit(log, occurring, times)
    self.findings = findings.all.filter { $0.severity == .wrong } + findings.all.filter { $0.severity == .note }
  }

  private static func times(of log: EventLog) -> Times {
    guard log.hasTimes else { return .none }
    let first = log.times.first { !$0.isEmpty }?.first ?? 0
    if log.size.events > 1, log.times.allSatisfy({ $0.allSatisfy { $0 == first } }) { return .constant }
    let arePositions = [0.0, 1.0].contains { start in
      log.times.allSatisfy { times in times.enumerated().allSatisfy { $1 == start + Double($0) } }
    }
    return arePositions ? .positions : .moments
  }
}
