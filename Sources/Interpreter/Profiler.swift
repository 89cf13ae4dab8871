package import Autodiff
package import Diagnostics
import TensorCore

/// Follows what runs while something is profiled: how long each turn and its phases take and, in detail, which operation,
/// part and line the time and the memory belong to. Time passed backwards belongs to what recorded it.
package final class Profiler {
  package enum Phase: Int, CaseIterable {
    /// Everything that is no other phase.
    case forward
    /// Making rows of a batch and the fields that a model reads.
    case batch
    case backward, optimiser
  }

  /// An operation at one line in one part. What is no operation has a name in parentheses and no span.
  package struct Site {
    package let op: String
    package let part: Int
    package let span: Span?
    package fileprivate(set) var calls = 0
    /// Its own time, without that of the operations that it calls.
    package fileprivate(set) var forward = Duration.zero
    package fileprivate(set) var backward = Duration.zero
    /// Bytes of tensors that it asked for, given back or not.
    package fileprivate(set) var taken = 0
    /// The most bytes that all tensors had while it ran.
    package fileprivate(set) var peak = 0
  }

  /// A part of a model, or something beside the model.
  package struct Part {
    package let name: String
    /// Path of the module, empty for the model itself; nil for what is no module.
    package let path: [String]?
  }

  /// Time that is spent neither in operations nor in other phases.
  package static let language = "(language)"

  private struct Key: Hashable {
    let op: String
    let part: Int
    let source: ObjectIdentifier?
    let start: Int
  }

  private struct ModuleKey: Hashable {
    let root: ObjectIdentifier
    let module: ObjectIdentifier
  }

  /// What is running: its start, and what the operations inside it took.
  private struct Open {
    let site: Int
    let start: ContinuousClock.Instant
    let taken: Int
    var innerTime = Duration.zero
    var innerTaken = 0
    var peak = 0
  }

  package let isDetailed: Bool
  /// Times of the phases of each turn.
  package private(set) var turns: [[Duration]] = []
  package private(set) var sites: [Site] = []
  package private(set) var parts = [Part(name: "", path: nil)]
  /// The most bytes that tensors had at once in a turn.
  package private(set) var peak = 0

  private let clock = ContinuousClock()
  private var phases = [Duration](repeating: .zero, count: Phase.allCases.count)
  private var siteOf: [Key: Int] = [:]
  private var partOf: [ModuleKey: Int] = [:]
  private var namedParts: [String: Int] = [:]
  /// Kept alive, since another module might come to stand at the place in memory of one that is gone.
  private var modules: [ModuleInstance] = []
  private var running: [Open] = []
  private var inside = [0]

  package init(isDetailed: Bool) { self.isDetailed = isDetailed }

  // MARK: What runs

  /// Runs one turn of what is profiled.
  package func turn<T>(_ body: () throws -> T) rethrows -> T {
    for index in phases.indices { phases[index] = .zero }
    Memory.resetPeak()
    let start = clock.now
    let result = try opening(Self.language, body)
    phases[Phase.forward.rawValue] = phases.reduce(clock.now - start, -)
    turns.append(phases)
    if !isDetailed { peak = max(peak, Memory.now.peak) }
    return result
  }

  fileprivate func phase<T>(_ phase: Phase, _ body: () throws -> T) rethrows -> T {
    let start = clock.now
    defer { phases[phase.rawValue] += clock.now - start }
    let name =
      switch phase {
      case .forward: Self.language
      case .batch: "(batch)"
      case .backward: "(tape)"
      case .optimiser: "(optimiser)"
      }
    return try opening(name, body)
  }

  func operation<T>(_ op: String, at span: Span, _ body: () throws -> T) rethrows -> T {
    try opening(op, at: span, body)
  }

  /// Runs a method of a module: what it computes is the module's, what it calls others to compute is theirs.
  func part<T>(_ module: ModuleInstance, in context: RunContext, _ body: () throws -> T) rethrows -> T {
    guard isDetailed else { return try body() }
    let key = ModuleKey(root: ObjectIdentifier(context.root), module: ObjectIdentifier(module))
    if let known = partOf[key] { return try within(known, body) }
    let path = context.placement.modulePaths[key.module] ?? []
    modules += [context.root, module]
    let made = number(path.isEmpty ? context.root.definition.name : path.joined(separator: "."), path)
    partOf[key] = made
    return try within(made, body)
  }

  fileprivate func part<T>(named name: String, _ body: () throws -> T) rethrows -> T {
    guard isDetailed else { return try body() }
    return try within(number(name, nil), body)
  }

  private func number(_ name: String, _ path: [String]?) -> Int {
    if let known = namedParts[name] { return known }
    parts.append(Part(name: name, path: path))
    namedParts[name] = parts.count - 1
    return parts.count - 1
  }

  private func within<T>(_ part: Int, _ body: () throws -> T) rethrows -> T {
    inside.append(part)
    defer { inside.removeLast() }
    return try opening(Self.language, body)
  }

  private func opening<T>(_ op: String, at span: Span? = nil, _ body: () throws -> T) rethrows -> T {
    guard isDetailed else { return try body() }
    let site = site(op, span)
    if let last = running.indices.last { running[last].peak = max(running[last].peak, Memory.now.peak) }
    Memory.resetPeak()
    running.append(Open(site: site, start: clock.now, taken: Memory.takenByThread))
    defer { close() }
    return try body()
  }

  private func site(_ op: String, _ span: Span?) -> Int {
    let part = inside[inside.count - 1]
    let key = Key(op: op, part: part, source: span.map { ObjectIdentifier($0.source) }, start: span?.start ?? 0)
    if let known = siteOf[key] { return known }
    sites.append(Site(op: op, part: part, span: span))
    siteOf[key] = sites.count - 1
    return sites.count - 1
  }

  private func close() {
    let time = clock.now
    let one = running.removeLast()
    let (whole, taken) = (time - one.start, Memory.takenByThread - one.taken)
    let most = max(one.peak, Memory.now.peak)
    sites[one.site].calls += 1
    sites[one.site].forward += whole - one.innerTime
    sites[one.site].taken += taken - one.innerTaken
    sites[one.site].peak = max(sites[one.site].peak, most)
    note(whole, taken, most)
  }

  /// Tells what runs now that something inside it is done.
  private func note(_ time: Duration, _ taken: Int, _ most: Int) {
    guard let last = running.indices.last else {
      peak = max(peak, most)
      return
    }
    running[last].innerTime += time
    running[last].innerTaken += taken
    running[last].peak = max(running[last].peak, most)
  }

  // MARK: Backwards

  /// What a tape that is begun now tells of itself; nil where nobody asks for details.
  package var tapeObserver: (any TapeObserver)? { isDetailed ? TapeMarks(self) : nil }

  /// Which site recorded each entry of a tape.
  private final class TapeMarks: TapeObserver {
    private let profiler: Profiler
    private var marks: [Int] = []
    private var passing: (site: Int, start: ContinuousClock.Instant, taken: Int)?

    init(_ profiler: Profiler) { self.profiler = profiler }

    func recorded(_ entry: Int) {
      guard let site = profiler.running.last?.site else { return }
      while marks.count < entry { marks.append(-1) }
      marks.append(site)
    }

    func passing(_ entry: Int) {
      passed()
      guard marks.indices.contains(entry), marks[entry] >= 0 else { return }
      if let last = profiler.running.indices.last {
        profiler.running[last].peak = max(profiler.running[last].peak, Memory.now.peak)
      }
      Memory.resetPeak()
      passing = (marks[entry], profiler.clock.now, Memory.takenByThread)
    }

    func passed() {
      guard let one = passing else { return }
      passing = nil
      let (time, taken, most) = (
        profiler.clock.now - one.start, Memory.takenByThread - one.taken, Memory.now.peak
      )
      profiler.sites[one.site].backward += time
      profiler.sites[one.site].taken += taken
      profiler.sites[one.site].peak = max(profiler.sites[one.site].peak, most)
      profiler.note(time, taken, most)
    }
  }
}

extension Machine {
  /// Runs a body whose time and memory a profiler follows, as if it stood at the prompt: in no step of a model and with no
  /// kept cells, so that nothing that was computed before is used again.
  package func profiled<T>(by profiler: Profiler, _ body: () throws -> T) rethrows -> T {
    let (outer, steps, store) = (self.profiler, contexts, cellStore)
    (self.profiler, contexts, cellStore) = (profiler, [], nil)
    defer { (self.profiler, contexts, cellStore) = (outer, steps, store) }
    return try body()
  }

  package func phase<T>(_ phase: Profiler.Phase, _ body: () throws -> T) rethrows -> T {
    guard let profiler else { return try body() }
    return try profiler.phase(phase, body)
  }

  /// Runs something beside the model, such as a loss, under a name of its own.
  package func part<T>(named name: @autoclosure () -> String, _ body: () throws -> T) rethrows -> T {
    guard let profiler else { return try body() }
    return try profiler.part(named: name(), body)
  }

  /// An operator: one of the profile where it works on tensors.
  func operation(
    _ op: @autoclosure () -> String, at span: Span, _ x: Value, _ y: Value, _ body: () throws -> Value
  ) rethrows -> Value {
    guard let profiler, x.isTensor || y.isTensor else { return try body() }
    return try profiler.operation(op(), at: span, body)
  }
}

extension Value {
  fileprivate var isTensor: Bool {
    if case .tensor = self { return true }
    return false
  }
}
