/// Replays sessions, each with a fresh machine, and says where something else is printed than stands there.
package struct Replay {
  /// An entry that prints something else.
  package struct Difference: Sendable {
    package let place: String
    package let line: Int
    package let typed: String
    package let expected: String
    package let printed: String
    /// The first line that differs, in words.
    package let reason: String

    /// The place, what was typed, and both sides.
    package var report: String {
      """
      \(place):\(line): another output, \(reason)
      typed:
      \(Self.indented(typed))
      expected:
      \(Self.indented(expected))
      printed:
      \(Self.indented(printed))
      """
    }

    private static func indented(_ text: String) -> String {
      (text.isEmpty ? "(nothing)" : text).split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
    }
  }

  private let make: Conversation.MachineMaker

  package init(_ make: @escaping Conversation.MachineMaker) { self.make = make }

  /// What every entry prints, in order.
  package func outputs(of session: RecordedSession) throws -> [String] {
    let conversation = try Conversation(make)
    if let opening = session.opening { _ = conversation.type(opening) }
    return session.transcript.entries.map { conversation.type($0.input) }
  }

  /// The entries whose outputs are not what stands there.
  package static func differences(_ session: RecordedSession, _ outputs: [String]) -> [Difference] {
    zip(session.transcript.entries, outputs).compactMap { entry, printed in
      Transcript.difference(expected: entry.output, actual: printed).map {
        Difference(
          place: session.place, line: entry.line, typed: entry.input, expected: entry.output, printed: printed,
          reason: $0.split(separator: "\n").first.map(String.init) ?? "")
      }
    }
  }
}
