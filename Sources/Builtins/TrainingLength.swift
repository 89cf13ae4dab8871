import Diagnostics
import Interpreter

/// How many slots of a history a model reads.
enum TrainingLength {
  static let standard = 20
  static let most = 100_000

  /// The length that was asked for, else the one it was trained with, else that of its smallest position table.
  static func chosen(asked: Int?, own: Int?, longest: Int?, _ call: Invocation) throws -> Int {
    let length = asked ?? own ?? longest ?? standard
    guard (1...most).contains(length) else {
      throw call.fail(.outOfRange, "a length runs from 1 to \(most), not \(length)")
    }
    if let longest, length > longest {
      throw call.fail(
        .outOfRange, "length \(length) is more than the \(longest) rows of the model's smallest position table",
        tries: ["length = \(longest)", "max_len = \(length) in the model"])
    }
    return length
  }
}
