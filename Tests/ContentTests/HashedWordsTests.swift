import Content
import Testing

struct HashedWordsTests {
  @Test func rowsBeginWithTheStartAndEndWithPads() throws {
    let words = try HashedWords(words: 5, vocabulary: 4096)
    let (ids, mask) = words.encode("Toy Story (1995)")
    #expect(ids[0] == 0)
    #expect(ids[1...3].allSatisfy { (4..<4096).contains($0) })
    #expect(ids[4] == 1)
    #expect(mask == [true, true, true, true, false])
  }

  @Test func hashesStayTheSameForEver() throws {
    let words = try HashedWords(words: 4, vocabulary: 1 << 20)
    // 64-bit FNV-1a of "toy", "story" and "a" modulo 2^20 - 4, plus 4, computed by another program.
    #expect(words.encode("toy story a").ids == [0, 763471, 712286, 741008])
  }

  @Test func wordsIgnoreCaseAndPunctuation() throws {
    let words = try HashedWords(words: 8, vocabulary: 4096)
    #expect(words.encode("Don't STOP—now!").ids == words.encode("don t stop now").ids)
    #expect(words.encode("ÉTÉ").ids == words.encode("été").ids)
    #expect(words.encode("e\u{301}te").mask.filter { $0 }.count == 2, "a mark belongs to its letter")
    #expect(words.encode("東京 2020").mask.filter { $0 }.count == 3)
  }

  @Test(arguments: ["", "   ", "!!!", "\u{0}\u{FFFD}"])
  func anEmptyTextIsJustTheStart(_ text: String) throws {
    let (ids, mask) = try HashedWords(words: 3, vocabulary: 64).encode(text)
    #expect(ids == [0, 1, 1])
    #expect(mask == [true, false, false])
  }

  @Test func longTextsAreCut() throws {
    let words = try HashedWords(words: 3, vocabulary: 64)
    let (ids, mask) = words.encode("one two three four")
    #expect(ids.count == 3 && mask == [true, true, true])
    #expect(try HashedWords(words: 1, vocabulary: 64).encode("one").ids == [0])
  }

  @Test func everyNumberStaysInTheVocabulary() throws {
    let words = try HashedWords(words: 2, vocabulary: 5)
    #expect(words.encode("any word").ids[1] == 4)
    #expect(throws: ContentError.self) { try HashedWords(words: 0, vocabulary: 64) }
    #expect(throws: ContentError.self) { try HashedWords(words: 4, vocabulary: 4) }
  }
}
