/// What printed values may use: how many columns, and which colours.
package struct Display: Sendable {
  /// Colours that escape sequences ask for.
  package enum Colours: Sendable { case none, indexed, full }

  package let width: Int
  package let colours: Colours

  /// - Parameter width: columns; a display is taken to have 24 to 200.
  package init(width: Int, colours: Colours) {
    self.width = min(max(width, 24), 200)
    self.colours = colours
  }

  /// Pipes, files and transcripts, which are the same whatever terminal stands behind them.
  package static let plain = Display(width: 72, colours: .none)
}

/// What a page shows of a value in the place of its characters.
package enum Exhibit {
  case table(Table)
  /// An SVG document.
  case drawing(svg: String)
  /// A file, the type of its contents such as `image/png`, and what it shows.
  case picture(bytes: [UInt8], type: String, words: String)
}

extension LanguageObject {
  package var exhibit: Exhibit? { nil }
  package func drawn(on display: Display) -> String { printed }
}

extension Value {
  /// As `printed`, as wide and as coloured as the display allows.
  package func drawn(on display: Display) -> String {
    if case .object(let object) = self { object.drawn(on: display) } else { printed }
  }

  package var exhibit: Exhibit? {
    if case .object(let object) = self { object.exhibit } else { nil }
  }
}

extension Machine {
  /// Shows a value as its surroundings can.
  package func show(_ value: Value) {
    if let present { present(value) } else { output(value.drawn(on: display())) }
  }
}
