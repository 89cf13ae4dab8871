extension Reference {
  /// Pointers to the first row of one step of [rows, steps, ..] tensors.
  struct GruStep {
    let (rows, steps, width): (Int, Int, Int)
    let isLast: Bool
    let driven: UnsafeMutablePointer<Double>
    let before: UnsafeMutablePointer<Double>
    let state: UnsafeMutablePointer<Double>
    let gates: UnsafeMutablePointer<Double>
    let mask: UnsafeMutablePointer<UInt8>?
    let maskStep: Int

    init(
      rows: Int, steps: Int, width: Int, isLast: Bool, driven: UnsafeMutablePointer<Double>,
      before: UnsafeMutablePointer<Double>, state: UnsafeMutablePointer<Double>, gates: UnsafeMutablePointer<Double>,
      mask: UnsafeMutablePointer<UInt8>?, maskStep: Int
    ) {
      (self.rows, self.steps, self.width) = (rows, steps, width)
      self.isLast = isLast
      self.driven = driven
      self.before = before
      self.state = state
      self.gates = gates
      self.mask = mask
      self.maskStep = maskStep
    }

    func isHere(_ row: Int) -> Bool { mask.map { $0[row * maskStep] != 0 } ?? true }
  }

  /// The elementwise part of a step; held: [rows, 3 width].
  static func gruStep(_ s: GruStep, _ held: UnsafeMutablePointer<Double>) {
    let w = s.width
    for row in 0..<s.rows {
      let driven = s.driven + row * s.steps * 3 * w
      let (own, gates) = (held + row * 3 * w, s.gates + row * s.steps * 4 * w)
      let at = row * s.steps * w
      for i in 0..<w {
        let reset = sigmoid(driven[i] + own[i])
        let update = sigmoid(driven[w + i] + own[w + i])
        let fresh = Double.tanh(driven[2 * w + i] + reset * own[2 * w + i])
        (gates[i], gates[w + i], gates[2 * w + i], gates[3 * w + i]) = (reset, update, fresh, own[2 * w + i])
        let state = s.isHere(row) ? (1 - update) * fresh + update * s.before[at + i] : 0
        s.state[at + i] = state
        if !s.isLast { s.before[at + w + i] = state }
      }
    }
  }

  /// Gradients of a step: of `driven` and of the state's part of the gates, both in [rows, steps, 3 width]; `straight`
  /// is what passes by the gates, from the later step to this one.
  static func gruStepGradient(
    _ s: GruStep, _ gradient: UnsafeMutablePointer<Double>, _ carried: UnsafeMutablePointer<Double>,
    _ driven: UnsafeMutablePointer<Double>, _ held: UnsafeMutablePointer<Double>,
    _ straight: UnsafeMutablePointer<Double>
  ) {
    let w = s.width
    for row in 0..<s.rows {
      let gates = s.gates + row * s.steps * 4 * w
      let (toDriven, toHeld) = (driven + row * s.steps * 3 * w, held + row * s.steps * 3 * w)
      let at = row * s.steps * w
      for i in 0..<w {
        let (reset, update, fresh, own) = (gates[i], gates[w + i], gates[2 * w + i], gates[3 * w + i])
        let whole = s.isHere(row) ? gradient[at + i] + carried[row * w + i] + straight[row * w + i] : 0
        let toUpdate = whole * (s.before[at + i] - fresh) * update * (1 - update)
        let toFresh = whole * (1 - update) * (1 - fresh * fresh)
        let toReset = toFresh * own * reset * (1 - reset)
        (toDriven[i], toDriven[w + i], toDriven[2 * w + i]) = (toReset, toUpdate, toFresh)
        (toHeld[i], toHeld[w + i], toHeld[2 * w + i]) = (toReset, toUpdate, toFresh * reset)
        straight[row * w + i] = whole * update
      }
    }
  }
}
