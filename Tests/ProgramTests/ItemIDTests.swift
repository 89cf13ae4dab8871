import TestKit
import Testing

/// A recommender that knows items by their ids, through the same training and evaluation as the others.
@Suite struct ItemIDTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  private static let imports = """
    from counting import Pop
    from recommenders import SASRec
    from losses import dap, full_softmax, bce, sampled_softmax

    """

  private func run(_ body: String) throws -> String {
    let outcome = try program.run(script: Self.imports + body)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    return outcome.output
  }

  @Test func sasrecBeatsPopularityAndNeverFindsLateItems() throws {
    _ = try run(
      """
      shop = world("srcS", seed = 1, items = 120, users = 600, test_users = 600)
      n    = length(shop.items.raw_ids)
      run  = train(SASRec(n, width = 16, layers = 1), shop, full_softmax, epochs = 12, optim = adamw(lr = 8e-3, decay = 0.01))
      own  = evaluate(run.model, shop.test, [hr(10)])
      pop  = evaluate(Pop(shop), shop.test, [hr(10)])
      late = shop.truth.late
      hits = own.per_user["hr@10"]
      cold = [hits[i] for i in 0..length(hits) - 1 if late[shop.test.targets[i]]]
      print(own["hr@10"], pop["hr@10"], length(cold))
      assert(own["hr@10"] > 1.5 * pop["hr@10"], "it does not beat popularity")
      assert(length(cold) > 30, "there are no late items to look at")
      assert(number(total(cold)) == 0, "a late item was found")
      """)
  }

  @Test func everyLossTrainsAndOneSeedGivesOneModel() throws {
    _ = try run(
      """
      video = world("tgtV", seed = 1, items = 50, users = 60)
      shop  = world("tgtS", seed = 1, items = 60, users = 60)
      goal  = dap + full_softmax + bce(negatives = 2, calibration = 0.5) + sampled_softmax(negatives = 5)
      runs  = [train(SASRec(110, width = 8, layers = 1), [video, shop], goal, epochs = 2) for i in 1..2]
      assert(runs[0].log.loss == runs[1].log.loss, "two runs differ")
      assert(runs[0].log.loss[1] < runs[0].log.loss[0], "nothing was learned")
      """)
  }

  /// A table of two platforms finds the rows of either, also read back, taken over or trained further.
  @Test func idsFindTheRowsOfTheirOwnPlatform() throws {
    _ = try run(
      """
      video = world("tgtV", seed = 1, items = 50, users = 60)
      shop  = world("tgtS", seed = 1, items = 60, users = 60)
      m     = train(SASRec(110, width = 8, layers = 1), [video, shop], dap, epochs = 1).last
      both  = m.embed.weight
      rows  = axes(both)[0]
      assert(number(sum(abs(m.items(shop.items)[item = 3] - take(both, 53, over = rows)), over = d)) == 0, "shop")
      assert(number(sum(abs(m.items(video.items)[item = 3] - take(both, 3, over = rows)), over = d)) == 0, "video")
      save(m, "ids.h5")
      again = SASRec(110, width = 8, layers = 1) with open("ids.h5").{embed, user}
      known = evaluate(m, shop.test, [ndcg(10)])["ndcg@10"]
      assert(known == evaluate(open("ids.h5"), shop.test, [ndcg(10)])["ndcg@10"], "read back")
      assert(known == evaluate(again, shop.test, [ndcg(10)], length = 10)["ndcg@10"], "taken over")
      tuned = train(m, shop, full_softmax, epochs = 1, optim = adamw(lr = 1e-2, decay = 0.0)).last.embed.weight
      moved = i => number(sum(abs(take(tuned, i, over = rows) - take(both, i, over = rows)), over = d))
      assert(number(total([moved(i) for i in 0..49])) == 0, "rows of the other platform moved")
      assert(moved(50) > 0 and moved(109) > 0, "rows of the own platform did not move")
      """)
  }

  @Test func onePlatformTwiceIsRefused() throws {
    let output = try run(
      """
      shop  = world("tgtS", seed = 1, items = 60, users = 60)
      clean = world("tgtS", seed = 1, items = 60, users = 60, clean = true)
      print(try { train(SASRec(120, width = 8), [shop, clean], dap, epochs = 1) } catch e { e.message })
      """)
    #expect(output == "tgtS stands twice among tgtS, tgtS, so each of its items would have two rows\n")
  }

  @Test func anotherPlatformIsRefused() throws {
    let output = try run(
      """
      shop  = world("tgtS", seed = 1, items = 60, users = 60)
      other = world("tgtV", seed = 1, items = 60, users = 60)
      m     = train(SASRec(60, width = 8, layers = 1), shop, dap, epochs = 1).model
      save(m, "ids.h5")
      print(try { evaluate(m, other.test, [hr(10)]) } catch e { e.message })
      print(try { evaluate(open("ids.h5"), world("tgtS", seed = 2, items = 60, users = 60).test, [hr(10)]) } catch e { e.code })
      print(try { train(m, [shop, other], dap) } catch e { e.code })
      print(try { m.items(other.items) } catch e { e.code })
      print(try { train(SASRec(59), shop, dap) } catch e { e.message })
      tuned = train(SASRec(60, width = 8, layers = 1) with m.{user}, other, dap, epochs = 1).model
      print(evaluate(tuned, other.test, [hr(10)]).users)
      print(evaluate(train(fresh(m, .embed), other, dap, epochs = 1).model, other.test, [hr(10)]).users)
      """)
    #expect(
      output == """
        `embed.weight` was trained by ids: it has a row for each item of tgtS, and tgtV has other items
        data-mismatch
        data-mismatch
        data-mismatch
        tgtS: 60 items, and entry has 59 rows
        60
        60

        """)
  }
}
