import LanguageKit
import TestKit
import Testing

/// Which weights change, and which must not.
struct StartingWeightTests {
  /// Parameters of models that a program saves under `a`, `b`, ...
  private func saved(_ names: [String], _ program: (_ file: (String) -> String) -> String) throws
    -> [[String: [Float]]]
  {
    let folder = try ScratchFolder()
    let head = """
      from pmmrec import PMMRec
      from losses import dap, nicl
      w = world("tgtS", seed = 1, items = 60, users = 64)

      """
    let text = head + program { "\"\(folder.file("\($0).h5"))\"" }
    let printed = try Dialogue.print(text)
    #expect(!printed.contains("error["), "\(printed)")
    return try names.map { try TransferTests.parameters(folder.file("\($0).h5")) }
  }

  @Test func frozenPartsStayUnderDecay() throws {
    let found = try saved(["before", "after"]) { file in
      """
      m = freeze(PMMRec(width = 8, layers = 1) without nid_head, [.text, .user.norm])
      save(m, \(file("before")))
      # 64 rows in batches of 32: ten steps
      save(train(m, w, dap, epochs = 5, batch = 32, optim = adamw(lr = 0.01, decay = 0.5)).last, \(file("after")))
      """
    }
    #expect(found[0].keys.sorted() == found[1].keys.sorted() && found[0].count > 20)
    for (path, values) in found[0] {
      let isFrozen = path.hasPrefix("text.") || path.hasPrefix("user.norm.")
      #expect((found[1][path] == values) == isFrozen, "\(path)")
    }
  }

  @Test func theOrderOfAGoalIsNotSeen() throws {
    let found = try saved(["one", "two", "other"]) { file in
      """
      def go(goal) = train(PMMRec(width = 8, layers = 1) without nid_head, w, goal, epochs = 2, batch = 32).last
      save(go(dap + 0.5 * nicl(temp = 0.2)), \(file("one")))
      save(go(0.5 * nicl(temp = 0.2) + dap), \(file("two")))
      save(go(dap + 0.6 * nicl(temp = 0.2)), \(file("other")))
      """
    }
    #expect(found[0] == found[1] && found[0] != found[2] && found[0].count > 20)
  }

  @Test func anotherPartLeavesAllStartsAsTheyWere() throws {
    let found = try saved(["whole", "less", "changed", "one", "two"]) { file in
      """
      from layers import Linear
      from users import Recurrent
      axis d = 8
      m = PMMRec(width = 8, layers = 1)
      save(m, \(file("whole")))
      save(m without {nid_head, vision}, \(file("less")))
      save(m with {user: Recurrent(d)}, \(file("changed")))
      model One() {
        part a = Linear(d, d)
        part c = Linear(d, d)
        def forward(x: [..., d]) = x |> a |> c
      }
      save(One(), \(file("one")))
      model Two() {
        part a = Linear(d, d)
        part b = Linear(d, d)
        part c = Linear(d, d)
        def forward(x: [..., d]) = x |> a |> b |> c
      }
      save(Two(), \(file("two")))
      """
    }
    #expect(found[1].count > 10 && found[1].allSatisfy { found[0][$0.key] == $0.value })
    let kept = found[2].filter { !$0.key.hasPrefix("user.") }
    #expect(kept.count > 20 && kept.count < found[2].count && kept.allSatisfy { found[0][$0.key] == $0.value })
    #expect(found[3].count == 4 && found[4].count == 6 && found[3].allSatisfy { found[4][$0.key] == $0.value })
    #expect(found[3]["a.weight"] != found[3]["c.weight"])
  }
}
