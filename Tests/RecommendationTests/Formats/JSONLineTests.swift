import Recommendation
import TestKit
import Testing

/// Tables of one JSON object a line, as Amazon's reviews and metadata are published.
struct JSONLineTests {
  private func folder(_ reviews: String, _ meta: String) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write("Toys.json", reviews)
    try folder.write("meta_Toys.json", meta)
    return folder
  }

  private let reviews = """
    {"overall": 5.0, "verified": true, "reviewTime": "09 1, 2016", "reviewerID": "A1", "asin": "B2", \
    "style": {"Size:": " 10"}, "unixReviewTime": 20}
    {"overall": 2.0, "reviewerID": "A1", "asin": "B1", "unixReviewTime": 10, "image": null}
    """

  @Test func amazonsFilesAreRead() throws {
    let meta = """
      {"asin": "B1", "title": "Lego \\"City\\" \\u00e9\\ud83d\\ude00", "description": ["Two", "parts"], "category": ["Toys", "Blocks"], \
      "image": ["https://example.org/1.jpg"], "price": 1.50}
      {"asin": "B2", "title": "Ball", "description": [], "categories": [["Toys", "Balls"], ["Sports"]]}
      """
    let data = try InteractionData.load(folder: try folder(reviews, meta).path)
    #expect(data.catalogue.rawIDs == ["B1", "B2"] && data.sequences == [[0, 1]] && data.times == [[10, 20]])
    #expect(data.catalogue.titles == ["Lego \"City\" é😀", "Ball"])
    #expect(data.catalogue.descriptions == ["Two parts", ""] && data.catalogue.images == ["", ""])
    #expect(data.catalogue.columns["category"] == ["Toys|Blocks", ""])
    #expect(data.catalogue.columns["categories"] == ["", "Toys|Balls|Sports"])
    #expect(data.catalogue.columns["price"] == ["1.50", ""])
    #expect(data.remarks.map(\.count) == [1])
  }

  @Test func ratingsBelowTheLeastAreLeftOut() throws {
    var request = DataRequest(
      path: try folder(reviews, "{\"asin\": \"B1\", \"title\": \"a\"}\n{\"asin\": \"B2\", \"title\": \"b\"}").path)
    request.minRating = 4
    #expect(try InteractionData.load(request).sequences == [[1]])
  }

  @Test(arguments: [
    ("[1]", "must be one JSON object"), ("{} x", "something follows"),
    ("{\"a\": 1, \"a\": 2}", "the key `a` stands twice"),
    ("{\"a\": tru}", "`tru` is no JSON value"), ("{\"a\": \"\\x\"}", "a backslash stands before"),
    ("{\"a\": \"\\u12\"}", "four hexadecimal digits"), ("{\"a\": [1, 2}", "a comma or ] was expected"),
    ("{\"a\" 1}", "a colon was expected"), ("{\"a\": " + String(repeating: "[", count: 99), "nested more than 16 deep"),
    ("{'a': 1}", "double quotes was expected"), ("{\"a\":", "the line ends where a value was expected"),
  ])
  func damagedLinesNameLineAndByte(_ line: String, _ says: String) throws {
    let good = "{\"asin\": \"B2\", \"title\": \"b\"}\n"
    let folder = try folder(reviews, good + line + "\n")
    let error = try #require(throws: DataError.self) { try InteractionData.load(folder: folder.path) }
    #expect(error.message.contains(says), "\(error)")
    #expect(
      error.place?.contains("/meta_Toys.json:2, ") == true && error.place?.contains("column ") == true, "\(error)")
  }
}
