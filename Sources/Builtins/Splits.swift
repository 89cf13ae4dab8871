import Diagnostics
import Interpreter
import Recommendation

extension Catalog {
  static var splits: [Builtin] {
    let data = BuiltinParameter<DataSetArgument>("data")
    return [
      Builtin(
        "leave_one_out",
        "The data split as the field does: each user's last event is the test, the last but one validates.", data,
        examples: "pmm> leave_one_out(world(\"tgtS\", seed = 1)).test.users\n400"
      ) { call, data in try data.changed(call) { try $0.split(by: .leaveOneOut) } },
      Builtin(
        "leave_out",
        """
        The data split with the last `test` events of each user as the test and the `valid` before them to validate. A \
        user who would have nothing left to train on trains only.
        """,
        data, BuiltinParameter<Int>("test"), BuiltinParameter<Int>("valid", default: 1, shown: "1"),
        examples: "pmm> leave_out(world(\"tgtS\", seed = 1), test = 3).test.targets[1] |> length\n3"
      ) { call, data, test, valid in
        guard test >= 1, valid >= 0 else {
          throw call.fail(
            .outOfRange, "\(test) events to test and \(valid) to validate cannot be left out",
            argument: test < 1 ? 1 : 2)
        }
        return try data.changed(call) { try $0.split(by: .leaveOut(valid: valid, test: test)) }
      },
      Builtin(
        "ratio_split",
        """
        The data split by time within each user: the newest share `test` of the events is the test, the share `valid` \
        before it validates, both rounded down. The test of one user may be older than the training of another.
        """,
        data, BuiltinParameter<Double>("test", default: 0.1, shown: "0.1"),
        BuiltinParameter<Double>("valid", default: 0.1, shown: "0.1"),
        examples: "pmm> ratio_split(world(\"tgtS\", seed = 1), test = 0.2, valid = 0.2).test.users\n400"
      ) { call, data, test, valid in
        guard test > 0, valid >= 0, test + valid < 1 else {
          throw call.fail(
            .outOfRange, "shares of \(test) to test and \(valid) to validate leave nothing to train on", argument: 1,
            tries: ["test = 0.1, valid = 0.1"])
        }
        return try data.changed(call) { try $0.split(by: .ratio(valid: valid, test: test)) }
      },
      Builtin(
        "time_split",
        """
        The data split at one moment for all users, so that nothing is trained on that comes after a test event: events \
        from `test` on are the test, those from `valid` on validate. Moments are in the unit of the timestamps; a number \
        below 1 is the share of all events that is older. Without `valid` a share validates the tenth before the test. Users without an event before the test are left out of it and \
        counted.
        """,
        data, BuiltinParameter<Double>("test", default: 0.9, shown: "0.9"),
        BuiltinParameter<Double?>("valid", default: .none, shown: "test - 0.1"),
        examples: "pmm> try { time_split(world(\"tgtS\", seed = 1)) } catch e { e.message }\n"
          + "the data have no timestamps, so they cannot be split by time"
      ) { call, data, test, valid in
        guard test.isFinite, valid?.isFinite ?? true else {
          throw call.fail(.outOfRange, "a moment is a finite number", argument: test.isFinite ? 2 : 1)
        }
        guard let valid = valid ?? (test > 0 && test < 1 ? max(0, ((test - 0.1) * 1e9).rounded() / 1e9) : nil) else {
          throw call.fail(
            .wrongArguments, "from which moment on is validated? `valid` must be given beside a moment", argument: 1,
            tries: ["valid = \(Value.text(test)), which validates on nothing"])
        }
        guard valid <= test else {
          throw call.fail(
            .outOfRange, "the validation from \(Value.text(valid)) on begins after the test at \(Value.text(test))",
            argument: 2)
        }
        return try data.changed(call) { platform in
          let sorted = platform.log.times.joined().sorted()
          func moment(_ value: Double) -> Double {
            guard value > 0, value < 1, !sorted.isEmpty else { return value }
            return sorted[min(sorted.count - 1, Int(Double(sorted.count) * value))]
          }
          return try platform.split(by: .time(valid: moment(valid), test: moment(test)))
        }
      },
    ]
  }
}
