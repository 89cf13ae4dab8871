import LanguageKit
import TestKit
import Testing

/// Fields of a batch that not every data set has: rows of users and contexts of events, by hand.
struct BatchFieldTests {
  /// Users a, b and c with timestamps that tell their events apart; the last two events are not trained on.
  private func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(
      "set/items.csv", "item,title,description,image\n" + (0..<6).map { "i\($0),t\($0),,\n" }.joined())
    try folder.write(
      "set/interactions.csv",
      "user,item,timestamp\na,i0,10\na,i1,11\na,i2,12\na,i3,13\na,i4,14\nb,i5,20\nb,i0,21\nb,i1,22\nb,i2,23\n"
        + "c,i3,30\nc,i4,31\nc,i5,32\nc,i0,33\n")
    return folder
  }

  /// A model whose scores show what it reads: for each user the newest number of a field, as the score of all items.
  private func model(_ newest: String) -> String {
    """
    model Shows(n) {
      axis entry = n
      def score(x: Batch) -> [batch, entry] = outer(\(newest), full(1.0, [entry]))
    }

    """
  }

  private func offers(_ newest: String, data: String, in folder: ScratchFolder) throws -> [String] {
    try Dialogue.print(
      model(newest) + """
        data = dataset("\(folder.path)/set")\(data)
        for name in ["a", "b", "c"] { print(recommend(Shows(6), data.test, user = name, k = 1).score[0]) }
        """
    ).split(separator: "\n").map(String.init)
  }

  @Test func usersAreRowsOfTheData() throws {
    let folder = try folder()
    #expect(try offers("1.0 * x.user", data: "", in: folder) == ["0.0", "1.0", "2.0"])
  }

  @Test func contextsAreThoseOfTheEventAndOfTheNext() throws {
    let folder = try folder()
    let data = " |> with_context(t => [t, 2 * t])"
    let one = { (field: String, place: Int) in
      "take(take(\(field), \(place), over = context), -1 + size(step(20)), over = step)"
    }
    // Before the test event of a come 13 and, as the context of what is to be predicted, 14.
    #expect(try offers(one("x.context", 0), data: data, in: folder) == ["13.0", "22.0", "32.0"])
    #expect(try offers(one("x.next_context", 0), data: data, in: folder) == ["14.0", "23.0", "33.0"])
    #expect(try offers(one("x.next_context", 1), data: data, in: folder) == ["28.0", "46.0", "66.0"])
  }

  @Test func whoIsNobodyHasNeither() throws {
    let folder = try folder()
    let asked = { (field: String, data: String) in
      try Dialogue.mistake(
        model(field) + """
          data = dataset("\(folder.path)/set")\(data)
          recommend(Shows(6), data, history = ["i0"])
          """)
    }
    #expect(try asked("1.0 * x.user", "").contains("has no row in a table of users"))
    let context = "sum(x.context, over = [step, context])"
    #expect(try asked(context, " |> with_context(t => [t])").contains("a history that is nobody's has none"))
    #expect(try asked(context, "").contains("the model reads `context`, which the data do not have"))
  }

  @Test func contextsAreCheckedBeforeAnythingIsTrained() throws {
    let folder = try folder()
    let load = "data = dataset(\"\(folder.path)/set\")\n"
    #expect(try Dialogue.mistake(load + "with_context(data, t => [])").contains("has 0 numbers"))
    #expect(try Dialogue.mistake(load + "with_context(data, t => t)").contains("a list of numbers"))
    #expect(
      try Dialogue.mistake(load + "with_context(data, t => if t > 12 { [1] } else { [1, 2] })").contains("1 numbers"))
    #expect(
      try Dialogue.mistake(load + "with_context(data, t => [t]) |> core(2)").contains(
        "events have their contexts already"))
  }
}
