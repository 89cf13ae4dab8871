import Checkpoint
import Recommendation
import TensorCore
import Training

/// Trajectories of optimisers from given gradients, and clipping by the global norm.
enum GoldenOptimisers {
  static func compare(_ kind: String, _ group: HDF5Group) -> GoldenFinding {
    var finding = GoldenFinding(group: "optimiser/\(kind)")
    guard let start = group.datasets["start"], let gradients = group.datasets["gradients"],
      let wanted = group.datasets["trajectory"], let rate = group.number("lr"), gradients.shape.count == 3
    else {
      finding.problem = "the group lacks start, gradients, trajectory or lr"
      return finding
    }
    do {
      let tensor = try Tensor(start.doubles, shape: start.shape, as: Precision.active.dtype)
      let set = try ParameterSet([ParameterEntry(path: "x", shape: start.shape)], initial: [tensor])
      guard let optimiser = try optimiser(kind, set, group, rate) else {
        finding.isMissing = true
        return finding
      }
      let size = start.doubles.count
      var found: [Double] = []
      for step in 0..<gradients.shape[0] {
        let part = Array(gradients.doubles[step * size..<(step + 1) * size])
        try set.gather([try Tensor(part, shape: start.shape, as: Precision.active.dtype)])
        optimiser.step()
        found += set.value(0).doubles()
      }
      finding.errors = [("trajectory", GoldenComparison.error(found, wanted.doubles))]
    } catch { finding.problem = "\(error)" }
    return finding
  }

  /// The optimiser of a group's name with its settings; nil for one that the library lacks.
  private static func optimiser(_ kind: String, _ set: ParameterSet, _ group: HDF5Group, _ rate: Double) throws -> (
    any Optimiser
  )? {
    let l2 = group.number("l2") ?? 0
    let groups = [ParameterGroup(learningRate: rate, decay: (group.number("decoupled_decay") ?? 0) + l2)]
    switch kind {
    case "adam", "adam_l2", "adamw":
      return try AdamW(
        set, groups: groups, beta1: group.number("beta1") ?? 0.9, beta2: group.number("beta2") ?? 0.999,
        eps: group.number("eps") ?? 1e-8, isDecoupled: l2 == 0)
    case "adagrad": return try Adagrad(set, groups: groups, eps: group.number("eps") ?? 1e-10)
    case "sgd_momentum": return try Momentum(set, groups: groups, momentum: group.number("momentum") ?? 0.9)
    default: return nil
    }
  }

  static func compareClip(_ group: HDF5Group) -> GoldenFinding {
    var finding = GoldenFinding(group: "clip_global_norm")
    guard let input = group.datasets["in"], let norm = group.datasets["norm"]?.doubles, let out = group.datasets["out"],
      let limit = group.number("max_norm")
    else {
      finding.problem = "the group lacks in, norm, out or max_norm"
      return finding
    }
    do {
      let zero = try Tensor(full: 0, shape: input.shape, Precision.active.dtype)
      let set = try ParameterSet([ParameterEntry(path: "x", shape: input.shape)], initial: [zero])
      try set.gather([try Tensor(input.doubles, shape: input.shape, as: Precision.active.dtype)])
      let found = set.clip(limit)
      finding.errors = [
        ("norm", GoldenComparison.error([found], norm)),
        ("out", GoldenComparison.error(set.gradient(0).doubles(), out.doubles)),
      ]
    } catch { finding.problem = "\(error)" }
    return finding
  }
}

/// Ranking metrics with ties, item 0 never ranked.
enum GoldenRanking {
  static func compare(_ group: HDF5Group) -> GoldenFinding {
    var finding = GoldenFinding(group: "ranking")
    guard let scores = group.datasets["scores"], let history = group.datasets["history"],
      let targets = group.datasets["target"], scores.shape.count == 2, history.shape == scores.shape
    else {
      finding.problem = "the group lacks scores, history or target"
      return finding
    }
    let items = scores.shape[1]
    let places: [(better: Int, tied: Int)] = targets.doubles.indices.map { row in
      let own = scores.doubles[row * items..<(row + 1) * items].map { Float($0) }
      let excluded = (0..<items).filter { $0 == 0 || history.doubles[row * items + $0] != 0 }.map { Int32($0) }
      return own.withUnsafeBufferPointer {
        Ranking.counts(scores: $0, target: Int(targets.doubles[row]), excluded: excluded)
      }
    }
    for (name, dataset) in group.datasets.sorted(by: { $0.key < $1.key }) where name.contains("@") {
      let parts = name.split(separator: "@")
      guard let k = Int(parts[1]), let metric = RankingMetric(name: String(parts[0]), k: k) else { continue }
      let mean =
        places.reduce(0) { $0 + Ranking.expected(metric, better: $1.better, tied: $1.tied) } / Double(places.count)
      finding.errors.append((name, GoldenComparison.error([mean], dataset.doubles)))
    }
    if finding.errors.isEmpty { finding.problem = "the group has no metric" }
    // Counting is exact in every precision, so only sums may round.
    if let far = finding.errors.first(where: { $0.error > 1e-12 }) {
      finding.problem = "\(far.name) is \(far.error) from the reference, where 1e-12 is allowed"
    }
    return finding
  }
}
