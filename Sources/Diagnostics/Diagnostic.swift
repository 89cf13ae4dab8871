/// How much a diagnostic weighs.
package enum Severity: String, Sendable { case error, warning, note }

/// A marked place with what is to be said about it.
package struct Label: Sendable {
  package let span: Span
  package let text: String
  package init(_ span: Span, _ text: String = "") {
    self.span = span
    self.text = text
  }
}

/// One message: what happened, where, what both sides are, and what to try.
package struct Diagnostic: Sendable {
  package var severity: Severity
  package var code: DiagnosticCode
  package var message: String
  /// The first label is the place of the message; others mark the other sides.
  package var labels: [Label]
  package var notes: [String]
  /// Edits that would work, each as it can be typed.
  package var tries: [String]

  package init(
    _ severity: Severity = .error, _ code: DiagnosticCode, _ message: String, labels: [Label] = [],
    notes: [String] = [], tries: [String] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.labels = labels
    self.notes = notes
    self.tries = tries
  }
}

/// A diagnostic on its way up: the one error type of the language column.
package struct Failure: Error, Sendable {
  package var diagnostic: Diagnostic
  /// The part that the message is about, where it is about one.
  package var subject: String?
  /// What might be written otherwise, the likeliest first, for suggestions that are found on the way up.
  package var mends: [Mend] = []
  /// True once a place was given; outer calls then leave it alone.
  package var isPlaced: Bool { !diagnostic.labels.isEmpty }

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

  package init(
    _ code: DiagnosticCode, _ message: String, at span: Span? = nil, label: String = "", tries: [String] = [],
    notes: [String] = []
  ) {
    diagnostic = Diagnostic(
      .error, code, message, labels: span.map { [Label($0, label)] } ?? [], notes: notes, tries: tries)
  }

  /// The same failure with a place, unless it has one.
  package func placed(at span: Span, label: String = "") -> Failure {
    if isPlaced { return self }
    var copy = self
    copy.diagnostic.labels.append(Label(span, label))
    return copy
  }
}

/// Several diagnostics that were found before anything ran.
package struct Rejection: Error, Sendable {
  package let diagnostics: [Diagnostic]
  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
