import Interpreter
import Recommendation
import Training

// What the objects of the language are, for telling whether a cell must be computed again.

extension DataSet: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) { content.add(platform.state) }
}

extension DataPart: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) {
    content.add(platform.state)
    content.add(kind.rawValue)
    switch selection {
    case .all: content.add("all")
    case .late: content.add("late")
    case .cold(_, let positions, let below): content.add("cold \(positions.rawValue) \(below)")
    }
  }
}

extension Counted: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) { content.add("counts of \(platform.state)") }
}

extension Score: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) {
    content.add(metrics.count)
    for metric in metrics { content.add(metric.label) }
    content.add(chances)
    content.add(ceilings ?? [])
    content.add(perCase.count)
    for values in perCase { content.add(values) }
    content.add(users)
    content.add(protocolText)
    content.add(isValidation)
    content.add(source.name)
    content.add(source.fingerprint)
  }
}

extension Run: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) throws {
    try fingerprint.write(.module(model, within: nil), &content)
    try fingerprint.write(.module(last, within: nil), &content)
    try fingerprint.write(.object(log), &content)
    content.add(bestEpoch)
    content.add(seed)
    for source in sources { content.add(source.fingerprint) }
  }
}

extension Spread: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) {
    content.add(mean)
    content.add(deviation)
    content.add(count)
  }
}

extension MetricObject: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) { content.add(metric.label) }
}

extension ScheduleObject: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) {
    content.add("\(schedule.shape.rawValue) \(schedule.warmup)")
  }
}

extension OptimiserObject: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) {
    for (path, rate) in rates {
      content.add(path?.description ?? "rest")
      content.add(rate)
    }
    content.add(decay)
    content.add(undecayed.count)
    for path in undecayed { content.add(path.description) }
    ScheduleObject(schedule).state(&content, fingerprint)
  }
}

extension InitialiserObject: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) {
    switch initialiser {
    case .xavierNormal: content.add("xavier")
    case .zeros: content.add("zeros")
    case .ones: content.add("ones")
    case .normal(let std):
      content.add("normal")
      content.add(std)
    }
  }
}

extension Figure: ContentStated {
  func state(_ content: inout Content, _ fingerprint: Fingerprint) { content.add(svg) }
}
