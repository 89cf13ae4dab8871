import LanguageKit
import TestKit
import Testing

/// Cold items as the language sees them, on data counted by hand.
struct ColdStartTests {
  /// Training: a a b, a b b, b b: item a three times, b five times; c and d stand at the end alone.
  private func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let histories = [["a", "a", "b", "a", "c"], ["a", "b", "b", "d", "a"], ["b", "b", "b", "c"]]
    var events = "user,item,timestamp\n"
    for (user, items) in histories.enumerated() {
      for (time, item) in items.enumerated() { events += "u\(user),\(item),\(time)\n" }
    }
    try folder.write("data/interactions.csv", events)
    try folder.write("data/items.csv", "item,title,description,image\na,first,,\nb,second,,\nc,third,,\nd,fourth,,\n")
    return folder
  }

  private func printed(_ text: String) throws -> [String] {
    let folder = try folder()
    let program =
      "from counting import Pop\ndata = dataset(\"\(folder.file("data"))\", words = 4, vocabulary = 32)\n" + text
    return try Dialogue.print(program).split(separator: "\n").map(String.init)
  }

  @Test func casesAndItemsStandInTheProtocol() throws {
    let found = try printed(
      """
      print(cold(data, below = 4).cases, cold(data, below = 4).users)
      print(evaluate(Pop(data), cold(data, below = 4), [hr(1)]).protocol)
      print(evaluate(Pop(data), cold(data, "strict", below = 4), [hr(1)]).protocol)
      s = evaluate(Pop(data), cold(data, "strict", below = 2), [hr(1), hr(2)])
      print(s.users, s.cases, s.per_user["hr@2"])
      """)
    // Where two candidates are left that are equally popular, a warning says so.
    let (warnings, lines) = (found.filter { $0.hasPrefix("warning") }, found.filter { !$0.hasPrefix("warning") })
    #expect(warnings.first?.contains("scores all candidates alike in 2 of 6 cases of the cold start (paper)") ?? false)
    #expect(
      lines == [
        "6 3",
        "cold start (paper: every position, trained on or not), 3 items with fewer than 4 training events, "
          + "6 cases of 3 users, 2 first events left out, all 4 items ranked, history masked, ties by expectation",
        "cold start (strict: validation and test positions), 3 items with fewer than 4 training events, "
          + "5 cases of 3 users, all 4 items ranked, history masked, ties by expectation",
        // c and d are alike. After a and b they are all that is left; after b alone, a stands before them.
        "3 3 [1.0, 1.0, 0.5]",
      ])
  }

  @Test func whatHasNoColdItemsSaysSo() throws {
    #expect(
      try printed("cold(data, below = 0)").first == "error[out-of-range]: no item has fewer than 0 training events")
    let events = (0..<3).map { user in (0..<4).map { "u\(user),\($0 % 2 == 0 ? "a" : "b"),\($0)\n" }.joined() }
    let folder = try ScratchFolder()
    try folder.write("data/interactions.csv", "user,item,timestamp\n" + events.joined())
    try folder.write("data/items.csv", "item,title,description,image\na,first,,\nb,second,,\n")
    let data = "dataset(\"\(folder.file("data"))\", words = 4, vocabulary = 32)"
    let none = try Dialogue.print("cold(\(data), below = 3)").split(separator: "\n").map(String.init)
    #expect(none.first == "error[data]: data has no cold item: each of its 2 items has 3 training events or more")
    #expect(none.last == "  = try: below = 4")
    try folder.write("data/items.csv", "item,title,description,image\na,first,,\nb,second,,\nc,third,,\n")
    #expect(
      try Dialogue.mistake("cold(\(data), \"strict\", below = 3)")
        == "data: data has 1 items with fewer than 3 training events, but none of them stands at a validation or test "
        + "position")
  }

  @Test func evaluationOnlyUsersAreTakenByTheStrictProtocol() throws {
    let found = try Dialogue.print(
      """
      from counting import Pop
      w = world("tgtS", seed = 1, test_users = 50)
      print(evaluate(Pop(w), cold(w), [hr(10)]).protocol)
      print(evaluate(Pop(w), cold(w, "strict"), [hr(10)]).protocol)
      """
    ).split(separator: "\n")
    #expect(found.count == 2)
    #expect(found[0].contains("cases of 399 users") && found[0].contains("50 evaluation-only users left out"))
    #expect(found[1].contains("validation and test positions of evaluation-only users"))
  }

  @Test func lateTargetsAreAPartOfTheirOwn() throws {
    let found = try Dialogue.print(
      """
      from counting import Pop
      w = world("tgtS", seed = 1, test_users = 200)
      s = evaluate(Pop(w), w.test.late, [hr(10)])
      print(w.test.late.cases == s.users, s["hr@10"], s.ceiling["hr@10"] > 0.3)
      print(ceiling(w.test.late, [hr(10)])["hr@10"] == ceiling(w.test, [hr(10)], late = true)["hr@10"])
      print(w.test.late.cases < w.test.cases / 5)
      """)
    #expect(found == "true 0.0 true\ntrue\ntrue")
  }
}
