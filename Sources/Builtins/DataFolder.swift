import Checkpoint
import Content
import Diagnostics
import Interpreter
import Recommendation
import TensorCore
import TensorFiles

/// A data set as a folder that `dataset` reads: interactions.csv, items.csv and a folder of pictures.
enum DataFolder {
  /// Writes a platform after all its steps. Pictures that are files stay what they are, others become PNG; those that
  /// cannot be read are left out and counted.
  static func save(_ platform: Platform, to path: String, _ call: Invocation) throws {
    var problems: [String] = []
    do {
      try AtomicFile.newFolder(path) { folder in
        let pictures = try pictures(of: platform, into: folder, &problems, call)
        try AtomicFile.write(Array(items(platform, pictures).utf8), to: folder + "/items.csv")
        try AtomicFile.write(Array(interactions(platform).utf8), to: folder + "/interactions.csv")
      }
    } catch let error as FileError {
      throw error.failure(call, argument: 1)
    }
    if !problems.isEmpty {
      call.machine.warn(
        .data, Catalog.text("pictures could not be read and are left out", problems.count, Array(problems.prefix(3))))
    }
  }

  /// Copies the pictures and gives their names in items.csv, empty for an item without one. [item]
  private static func pictures(
    of platform: Platform, into folder: String, _ problems: inout [String], _ call: Invocation
  ) throws -> [String] {
    guard platform.items.hasImages else { return platform.rawIDs.map { _ in "" } }
    var names: [String] = []
    for item in platform.rawIDs.indices {
      guard !Interrupts.isPending else { throw Failure(.interrupted, "interrupted", at: call.span) }
      do {
        guard let picture = try platform.items.picture(of: Int32(item)) else {
          names.append("")
          continue
        }
        // Ids may hold anything, so files are called by number.
        let name = "images/\(item).\(picture.ending)"
        if names.isEmpty || item % 64 == 0 {
          call.machine.progress?("copying picture \(item + 1) of \(platform.itemCount)")
        }
        try AtomicFile.write(picture.bytes, to: "\(folder)/\(name)", syncs: false)
        names.append(name)
      } catch let error as ContentError {
        problems.append(error.place ?? platform.rawIDs[item])
        names.append("")
      }
    }
    call.machine.progress?("")
    return names
  }

  private static func items(_ platform: Platform, _ pictures: [String]) -> String {
    let columns = platform.items.columns.sorted { $0.key < $1.key }
    let (titles, descriptions) = (platform.items.titles, platform.items.descriptions)
    var text =
      (["item", "title", "description", "image"] + columns.map { TableFile.csv($0.key) })
      .joined(separator: ",") + "\n"
    func entry(_ values: [String], _ item: Int) -> String {
      values.indices.contains(item) ? TableFile.csv(values[item]) : ""
    }
    for (item, id) in platform.rawIDs.enumerated() {
      let fields = [TableFile.csv(id), entry(titles, item), entry(descriptions, item), entry(pictures, item)]
      text += (fields + columns.map { entry($0.value, item) }).joined(separator: ",") + "\n"
    }
    return text
  }

  /// Without times the positions within a user stand for them.
  private static func interactions(_ platform: Platform) -> String {
    let log = platform.log
    var text = "user,item,timestamp\n"
    for (user, sequence) in log.sequences.enumerated() {
      let id = log.userIDs.indices.contains(user) ? TableFile.csv(log.userIDs[user]) : "\(user)"
      for (event, item) in sequence.enumerated() {
        let moment = log.hasTimes ? number(log.times[user][event]) : "\(event)"
        text += "\(id),\(TableFile.csv(platform.rawIDs[Int(item)])),\(moment)\n"
      }
    }
    return text
  }

  private static func number(_ time: Double) -> String {
    Int(exactly: time).map { "\($0)" } ?? "\(time)"
  }
}
