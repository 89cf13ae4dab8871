import Diagnostics
import Interpreter
import Recommendation

extension Catalog {
  static var evaluation: [Builtin] {
    [
      Builtin(
        "evaluate",
        """
        Ranks candidates for each user of a part and gives the metrics beside chance, with the protocol and the values \
        per user. By default all items are ranked but those of the user's whole history, a target excepted \
        (`keep_target = false` makes such a target a miss), and equal scores share their places (`ties`: "expected", \
        "optimistic" or "pessimistic" for the targets). `negatives` ranks the targets among so many distinct items drawn by \
        `draw` ("uniform" or "popularity") that the user did not meet in training, nor in the history where that is masked; \
        `users` measures at most so many, drawn too; `seed` decides both. \
        `protocol` sets what others use: "pmmrec" the default, "recbole" leaves the history unmasked, "sasrec2018" draws 100 \
        uniform negatives for at most 10,000 users with optimistic ties. What is given beside it beats it.
        """,
        BuiltinParameter<Value>("model"), BuiltinParameter<Value>("part"), BuiltinParameter<[MetricObject]>("metrics"),
        BuiltinParameter<Int?>("length", default: .none, shown: "the model's"),
        BuiltinParameter<Bool>("mask_history", default: true, shown: "true"),
        BuiltinParameter<Bool>("keep_target", default: true, shown: "true"),
        BuiltinParameter<String>("ties", default: "expected", shown: "\"expected\""),
        BuiltinParameter<Int?>("negatives", default: .none, shown: "none"),
        BuiltinParameter<String>("draw", default: "uniform", shown: "\"uniform\""),
        BuiltinParameter<Int?>("users", default: .none, shown: "none"),
        BuiltinParameter<Int>("seed", default: 1, shown: "1"),
        BuiltinParameter<String?>("protocol", default: .none, shown: "none"),
        examples: """
          pmm> from counting import Pop
          pmm> w = world("tgtS", seed = 1)
          pmm> evaluate(Pop(w), w.test, [hr(10)], negatives = 100).protocol
          leave-one-out test, 400 users, targets ranked among 100 uniform negatives (seed 1), no negative from the history, ties by expectation
          """
      ) { call, model, part, metrics, length, _, _, _, _, _, _, _, _ -> Value in
        let start = ContinuousClock().now
        guard case .object(let object) = part, let part = object as? DataPart, part.kind != .train else {
          throw call.fail(
            .wrongType, "a model is evaluated on the validation or test part of a data set, not on \(part.described)",
            argument: 1, tries: ["data.test", "data.valid", "cold(data)"])
        }
        guard !metrics.isEmpty else {
          throw call.fail(.wrongArguments, "there is no metric to measure", argument: 2, tries: ["[hr(10), ndcg(10)]"])
        }
        let settings = try EvaluationSettings(call, first: 4)
        let scorer = try Scorers.scorer(of: model, part.platform, length, call)
        return .object(
          try Evaluator.evaluate(
            scorer, part, metrics.map(\.metric), call, settings: settings, withCeilings: true, since: start))
      }
    ]
  }
}
