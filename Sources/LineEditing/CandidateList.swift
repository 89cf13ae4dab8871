import CLibEdit

/// How the ways to go on are listed below an entry.
package enum CandidateList {
  package typealias Candidate = (text: String, remark: String)

  /// Up to this many candidates have a line each, with their remarks.
  private static let mostWithRemarks = 12

  /// Lines of at most `width` columns and at most `height` of them; the last one counts those that are left out.
  package static func lines(_ candidates: [Candidate], width: Int, height: Int) -> [String] {
    let width = max(width, 8)
    let room = max(height, 2)
    var lines: [String]
    if candidates.count <= mostWithRemarks, candidates.count <= room, candidates.contains(where: { !$0.remark.isEmpty })
    {
      let widest = min(candidates.map { columns($0.text) }.max() ?? 0, width / 2)
      return candidates.map { cut(padded($0.text, widest) + "  " + $0.remark, width) }
    }
    let widest = min((candidates.map { columns($0.text) }.max() ?? 0) + 2, width)
    let across = max(width / max(widest, 1), 1)
    let down = (candidates.count + across - 1) / across
    lines = (0..<down).map { row in
      stride(from: row, to: candidates.count, by: down).map { place in
        let isLast = place + down >= candidates.count
        return isLast ? cut(candidates[place].text, width) : padded(cut(candidates[place].text, width), widest)
      }.joined()
    }
    if lines.count > room {
      let shown = room - 1
      // Columns run down: what is left out is what stands in the rows that are not shown.
      let left = (shown..<down).reduce(0) {
        $0 + stride(from: $1, to: candidates.count, by: down).reduce(0) { n, _ in n + 1 }
      }
      lines = lines.prefix(shown) + ["... and \(left) more"]
    }
    return lines
  }

  /// What all candidates begin with.
  package static func commonPrefix(_ candidates: [Candidate]) -> String {
    guard var common = candidates.first.map({ Array($0.text.unicodeScalars) }) else { return "" }
    for candidate in candidates.dropFirst() {
      let shared = zip(common, candidate.text.unicodeScalars).prefix { $0 == $1 }.count
      common.removeLast(common.count - shared)
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: common)
    return String(view)
  }

  private static func columns(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    _ = LineEditor.speaksUTF8
    return max(0, Int(pmm_el_width(scalar.value)))
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(text)))
  }

  private static func cut(_ text: String, _ most: Int) -> String {
    if columns(text) <= most { return text }
    var (view, used) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      used += width(scalar)
      if used > most - 1 { break }
      view.append(scalar)
    }
    return String(view) + "…"
  }
}
