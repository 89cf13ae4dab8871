import Diagnostics
import Interpreter
import Syntax
import TensorCore

extension Command {
  static let costs = [
    Command(
      "time", "e", "Runs an entry and says how long it took and how much memory its tensors needed at most.",
      example: "%time evaluate(m, data.test)", takes: .code, isVolatile: true
    ) { session, text in try session.time(text) },
    Command(
      "profile", "e",
      "Runs an expression a few times and says where its time and memory go: operations, parts of models, lines.",
      example: "%profile m.items(data.items)", takes: .code, isVolatile: true
    ) { session, text in try session.profile(text) },
    Command(
      "memory", "", "Says how many bytes tensors take, and which names hold the most.", example: "%memory",
      isVolatile: true
    ) { session, _ in session.memory() },
    Command(
      "shape", "e", "Says the kind and the axes of what an expression gives, without computing its numbers.",
      example: "%shape dot(e, e, over = d)", takes: .code
    ) { session, text in try session.shape(text) },
  ]
}

extension Session {
  private func required(_ text: String, _ command: String) throws {
    if text.isEmpty { throw Failure(.wrongArguments, "%\(command) needs an expression", tries: ["%\(command) ..."]) }
  }

  func time(_ text: String) throws {
    try required(text, "time")
    Memory.resetPeak()
    let before = Memory.now.live
    let start = ContinuousClock.now
    let code = ShellLine(text, session: self)
    guard case .code(let entry, let isQuiet) = code else {
      throw Failure(.wrongArguments, "%time runs an entry of the language, not one of the shell")
    }
    try enter(entry, isQuiet: isQuiet)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let peak = max(0, Memory.now.peak - before)
    let mebibytes = Value.fixed(Double(peak) / 1_048_576, 1)
    machine.output("time: \(Self.seconds(seconds)), \(mebibytes) MiB of tensors")
  }

  func profile(_ text: String) throws {
    try required(text, "profile")
    let head = "profile(() => "
    let program = Parser.parse(SourceText(name: "pmm", text: text))
    if program.isIncomplete { throw Incomplete(diagnostics: program.diagnostics) }
    if !program.diagnostics.isEmpty { throw Rejection(program.diagnostics) }
    guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind else {
      throw Failure(.wrongArguments, "%profile follows one expression", tries: ["%profile f(x)"])
    }
    // A training step is profiled as such: `profile` itself says how.
    let isCall: Bool
    if case .call(let callee, _) = expression.kind, case .name("profile") = callee.kind {
      isCall = true
    } else {
      isCall = false
    }
    try enter(isCall ? text : "\(head)\(text))")
  }

  func memory() {
    let now = Memory.now
    let limit = Memory.limit.map { ", limit \(ByteCount.text($0))" } ?? ""
    machine.output(
      "live \(ByteCount.text(now.live)), pooled \(ByteCount.text(now.pooled)), peak \(ByteCount.text(now.peak))\(limit)"
    )
    var counted = HeldBytes()
    var rows = definitions.names.compactMap { name -> (String, Int)? in
      guard let value = globals.value(named: name) else { return nil }
      let bytes = counted.add(value)
      return bytes > 0 ? (name, bytes) : nil
    }
    rows.sort { ($1.1, $0.0) < ($0.1, $1.0) }
    for line in Self.columns(rows.prefix(10).map { ["  \($0.0)", Self.bytes($0.1)] }) { machine.output(line) }
    if rows.count > 10 { machine.output("  and \(rows.count - 10) smaller ones") }
  }

  func shape(_ text: String) throws {
    try required(text, "shape")
    let program = Parser.parse(SourceText(name: "pmm", text: text))
    if program.isIncomplete { throw Incomplete(diagnostics: program.diagnostics) }
    if !program.diagnostics.isEmpty { throw Rejection(program.diagnostics) }
    machine.beginEntry()
    let value = try machine.shapes(of: program, in: globals)
    switch value {
    case .tensor:
      // `int[item=3] (shape only)`, which is known here.
      machine.output(value.printed.replacing(" (shape only)", with: ""))
    case .none, .absent, .bool, .int, .float, .string, .list, .record, .range, .axis, .path, .parameter, .module,
      .function, .goal, .object:
      machine.output("\(value.typeName)  \(value.outline)")
    }
  }
}
