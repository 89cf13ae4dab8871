import Recommendation
import TestKit
import Testing

/// One small data set written in a format: three users, four items; u1 meets a b c, u2 c a, u3 b d a c.
struct FormatFiles: Sendable, CustomTestStringConvertible {
  let name: String
  let format: DataFormat
  let files: [(name: String, text: String)]
  /// The file that damage is done to.
  let events: String
  var change: @Sendable (inout DataRequest) -> Void = { _ in }

  var testDescription: String { name }

  func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    for file in files { try folder.write(file.name, file.text) }
    return folder
  }

  func load(_ folder: ScratchFolder) throws -> InteractionData {
    var request = DataRequest(path: folder.path)
    change(&request)
    return try InteractionData.load(request)
  }

  static let rows = [
    ("u1", "v1", 1), ("u1", "v2", 2), ("u1", "v3", 3), ("u2", "v3", 1), ("u2", "v1", 2), ("u3", "v2", 1),
    ("u3", "v4", 2), ("u3", "v1", 3), ("u3", "v3", 4),
  ]
  static let titles = ["Alpha", "Beta", "Gamma", "Delta"]

  private static func events(_ header: String, _ row: ((String, String, Int)) -> String) -> String {
    header + rows.map { row($0) + "\n" }.joined()
  }

  private static let sequences = "u1\tv1 v2 v3\nu2\tv3 v1\nu3\tv2 v4 v1 v3\n"
  private static let plainItems = titles.enumerated().map { "v\($0.offset + 1)\t\($0.element)\n" }.joined()

  static let folder = FormatFiles(
    name: "data folder", format: .folder,
    files: [
      ("interactions.csv", events("user,item,timestamp\n") { "\($0.0),\($0.1),\($0.2)" }),
      (
        "items.csv",
        "item,title,description,image\n" + titles.enumerated().map { "v\($0.offset + 1),\($0.element),,\n" }.joined()
      ),
    ], events: "interactions.csv")

  static let all: [FormatFiles] = [
    folder,
    FormatFiles(
      name: "table", format: .table,
      files: [
        (
          "ratings.csv",
          events("overall,reviewerID,asin,unixReviewTime\n") { "5,\($0.0),\($0.1),\($0.2)" }
        ),
        ("meta.csv", "asin,title\n" + titles.enumerated().map { "v\($0.offset + 1),\($0.element)\n" }.joined()),
      ], events: "ratings.csv"),
    FormatFiles(
      name: "json lines", format: .table,
      files: [
        (
          "reviews.jsonl",
          events("") {
            "{\"overall\": 5.0, \"reviewerID\": \"\($0.0)\", \"asin\": \"\($0.1)\", \"unixReviewTime\": \($0.2)}"
          }
        ),
        (
          "meta.jsonl",
          titles.enumerated().map { "{\"asin\": \"v\($0.offset + 1)\", \"title\": \"\($0.element)\"}\n" }.joined()
        ),
      ], events: "reviews.jsonl"),
    FormatFiles(
      name: "table with a mapping", format: .table,
      files: [
        ("log.tsv", events("wer\twas\twann\n") { "\($0.0)\t\($0.1)\t\($0.2)" }),
        ("things.tsv", "was\ttitle\n" + titles.enumerated().map { "v\($0.offset + 1)\t\($0.element)\n" }.joined()),
      ], events: "log.tsv", change: { $0.columns = ["user": "wer", "item": "was", "timestamp": "wann"] }),
    FormatFiles(
      name: "recbole", format: .recbole,
      files: [
        (
          "small.inter",
          events("user_id:token\titem_id:token\trating:float\ttimestamp:float\n") { "\($0.0)\t\($0.1)\t3\t\($0.2)" }
        ),
        (
          "small.item",
          "item_id:token\tmovie_title:token_seq\tclass:token_seq\n"
            + titles.enumerated().map { "v\($0.offset + 1)\t\($0.element)\tx y\n" }.joined()
        ),
      ], events: "small.inter"),
    FormatFiles(
      name: "unisrec", format: .unisrec,
      files: [
        (
          "X.train.inter",
          "user_id:token\titem_id_list:token_seq\titem_id:token\n0\t0\t1\n1\t2\t0\n2\t1\t3\n2\t1 3\t0\n"
        ),
        ("X.valid.inter", "user_id:token\titem_id_list:token_seq\titem_id:token\n0\t0 1\t2\n"),
        ("X.test.inter", "user_id:token\titem_id_list:token_seq\titem_id:token\n2\t1 3 0\t2\n"),
        ("X.item2index", "v1\t0\nv2\t1\nv3\t2\nv4\t3\n"),
        ("X.user2index", "u1\t0\nu2\t1\nu3\t2\n"),
        ("X.text", "item_id:token\ttext:token_seq\n" + plainItems),
      ], events: "X.train.inter"),
    FormatFiles(
      name: "behaviour", format: .behaviour,
      files: [("hm_50w_users.tsv", sequences), ("hm_50w_items.tsv", plainItems)], events: "hm_50w_users.tsv"),
    FormatFiles(
      name: "nine", format: .behaviour,
      files: [
        ("QB_behaviour.tsv", sequences),
        (
          "QB_item.csv",
          titles.enumerated().map { "\"v\($0.offset + 1)\",\"中文, \($0.offset)\",\"\($0.element)\"\n" }.joined()
        ),
      ], events: "QB_behaviour.tsv"),
    FormatFiles(
      name: "pairs", format: .pairs,
      files: [
        ("TN_interaction.csv", events("") { "\($0.1),\($0.0),\($0.2)" }), ("TN_item.tsv", plainItems),
      ], events: "TN_interaction.csv"),
    FormatFiles(
      name: "pairs without times", format: .pairs,
      files: [("log.csv", events("") { "\($0.0),\($0.1)" }), ("item.tsv", plainItems)], events: "log.csv"),
    FormatFiles(
      name: "pixelrec", format: .pixelrec,
      files: [
        ("Pixel200K.csv", events("item_id,user_id,timestamp\n") { "\($0.1),\($0.0),\($0.2)" }),
        (
          "item_info.csv",
          "item_id,view_number,title,tag,description\n"
            + titles.enumerated().map { "v\($0.offset + 1),7,\($0.element),t,\n" }.joined()
        ),
      ], events: "Pixel200K.csv"),
    FormatFiles(
      name: "microlens", format: .microlens,
      files: [
        ("MicroLens-50k_pairs.tsv", sequences),
        (
          "MicroLens-50k_titles.csv",
          "item,title\n" + titles.enumerated().map { "v\($0.offset + 1),\($0.element)\n" }.joined()
        ),
        ("MicroLens-50k_likes_and_views.txt", "v1\t10\t100\nv3\t5\t7\n"),
      ], events: "MicroLens-50k_pairs.tsv"),
    FormatFiles(
      name: "microlens pairs", format: .microlens,
      files: [
        ("MicroLens-50k_pairs.csv", events("user,item,timestamp\n") { "\($0.0),\($0.1),\($0.2)" }),
        (
          "MicroLens-50k_titles.csv",
          "item,title\n" + titles.enumerated().map { "v\($0.offset + 1),\($0.element)\n" }.joined()
        ),
      ], events: "MicroLens-50k_pairs.csv"),
  ]

  static func named(_ name: String) -> FormatFiles { all.first { $0.name == name } ?? folder }
}
