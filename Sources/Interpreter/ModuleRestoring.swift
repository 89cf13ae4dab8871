package import Diagnostics

/// A module of a whole and what is not said by its constructor, its edits and its numbers: where it came from.
package struct ModuleNote {
  package let path: [String]
  package let origin: String

  package init(path: [String], origin: String) {
    self.path = path
    self.origin = origin
  }
}

/// A part that was dropped, with what stood there.
package struct AbsenceNote {
  package let path: [String]
  package let part: String
  package let isFollowing: Bool
  /// Of the `without` that dropped it, as `file:line`.
  package let place: String?
  package let former: Value?

  package init(path: [String], part: String, isFollowing: Bool, place: String?, former: Value?) {
    self.path = path
    self.part = part
    self.isFollowing = isFollowing
    self.place = place
    self.former = former
  }
}

extension ModuleInstance {
  /// Where this module and those below it came from, and which parts were dropped, in order of paths.
  package var notes: (modules: [ModuleNote], absences: [AbsenceNote]) {
    var modules: [ModuleNote] = []
    var absences: [AbsenceNote] = []
    gatherNotes([], &modules, &absences)
    return (modules, absences)
  }

  private func gatherNotes(_ path: [String], _ modules: inout [ModuleNote], _ absences: inout [AbsenceNote]) {
    modules.append(ModuleNote(path: path, origin: origin.text))
    func gather(_ value: Value, _ path: [String]) {
      switch value {
      case .module(let module, _): module.gatherNotes(path, &modules, &absences)
      case .list(let values): for (index, value) in values.enumerated() { gather(value, path + ["\(index)"]) }
      case .absent(let absence):
        absences.append(
          AbsenceNote(
            path: path, part: absence.part, isFollowing: absence.isFollowing, place: absence.facts.span?.place,
            former: absence.former))
      case .none, .bool, .int, .float, .string, .record, .range, .axis, .path, .tensor, .parameter, .function, .goal,
        .object:
        break
      }
    }
    for (name, value) in parts { gather(value, path + [name]) }
  }

  /// A model that was built again, with the notes of the one that it stands for.
  package func with(notes: (modules: [ModuleNote], absences: [AbsenceNote])) -> ModuleInstance {
    let origins = Dictionary(notes.modules.map { ($0.path, $0.origin) }) { first, _ in first }
    let absences = Dictionary(notes.absences.map { ($0.path, $0) }) { first, _ in first }
    return noted([], origins, absences)
  }

  private func noted(
    _ path: [String], _ origins: [[String]: String], _ absences: [[String]: AbsenceNote]
  ) -> ModuleInstance {
    let copy = copied()
    if let origin = origins[path] { copy.origin = Origin(origin, span: Self.span(origin)) }
    func changed(_ value: Value, _ path: [String]) -> Value {
      switch value {
      case .module(let module, _): return .module(module.noted(path, origins, absences), within: nil)
      case .list(let values): return .list(values.enumerated().map { changed($1, path + ["\($0)"]) })
      case .absent:
        guard let note = absences[path] else { return value }
        return .absent(
          Absence(
            part: note.part, span: note.place.flatMap { Self.span($0) }, isFollowing: note.isFollowing,
            former: note.former))
      case .none, .bool, .int, .float, .string, .record, .range, .axis, .path, .tensor, .parameter, .function, .goal,
        .object:
        return value
      }
    }
    for index in definition.partIndices {
      copy.members[index] = changed(members[index], path + [definition.memberNames[index]])
    }
    return copy
  }

  /// A place that is known by file and line only: enough to be named.
  private static func span(_ place: String) -> Span? {
    let head = Origin.ofTraining
    let place = place.hasPrefix(head) ? place.dropFirst(head.count) : place[...]
    guard let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]),
      (1...1_000_000).contains(line)
    else { return nil }
    let source = SourceText(
      name: String(place[..<colon]), text: String(repeating: "\n", count: line - 1))
    return Span(source, line - 1, line - 1)
  }
}
