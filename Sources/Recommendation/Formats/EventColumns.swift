/// Events column by column, in the order of the file, until they are sorted by user and time.
struct EventColumns {
  /// A moment as whole seconds (or whatever the file counts) and the fraction after them, so that no digit is lost.
  struct Moment: Comparable {
    var whole: Int64
    var fraction: Double

    static func < (left: Moment, right: Moment) -> Bool {
      left.whole != right.whole ? left.whole < right.whole : left.fraction < right.fraction
    }
  }

  private var users: [Int32] = []
  private var items: [Int32] = []
  /// Empty where the file gives no times.
  private var wholes: [Int64] = []
  /// Empty until a fraction comes.
  private var fractions: [Double] = []

  var count: Int { users.count }
  static let limit = Int(Int32.max) - 1

  mutating func append(user: Int32, item: Int32) {
    users.append(user)
    items.append(item)
  }

  mutating func append(user: Int32, item: Int32, at moment: Moment) {
    if moment.fraction != 0, fractions.isEmpty { fractions = Array(repeating: 0, count: users.count) }
    users.append(user)
    items.append(item)
    wholes.append(moment.whole)
    if moment.fraction != 0 || !fractions.isEmpty { fractions.append(moment.fraction) }
  }

  /// Items of each user, oldest first, and the moments of the same events; events of one moment keep the order of the
  /// file. Times are empty where the file gives none. [user][event]
  func sorted(userCount: Int) -> (sequences: [[Int32]], times: [[Double]]) {
    var starts = [Int](repeating: 0, count: userCount + 1)
    for user in users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    var next = starts
    // Events of one user stand together and in file order: a counting sort.
    var order = [Int32](repeating: 0, count: users.count)
    for (event, user) in users.enumerated() {
      order[next[Int(user)]] = Int32(event)
      next[Int(user)] += 1
    }
    let hasTimes = wholes.count == users.count && !users.isEmpty
    var sequences: [[Int32]] = []
    var times: [[Double]] = []
    sequences.reserveCapacity(userCount)
    if hasTimes { times.reserveCapacity(userCount) }
    for user in 0..<userCount {
      let range = starts[user]..<starts[user + 1]
      if hasTimes {
        sort(&order, range)
        times.append(order[range].map { Double(wholes[Int($0)]) + fraction(Int($0)) })
      }
      sequences.append(order[range].map { items[Int($0)] })
    }
    return (sequences, times)
  }

  private func sort(_ order: inout [Int32], _ range: Range<Int>) {
    guard range.count > 1 else { return }
    let isSorted = range.dropLast().allSatisfy { moment(order[$0 + 1]) >= moment(order[$0]) }
    if isSorted { return }
    // Swift's sort is stable but does not promise it, so the place in the file takes part in the comparison.
    order[range].sort { left, right in
      let (first, second) = (moment(left), moment(right))
      return first != second ? first < second : left < right
    }
  }

  private func fraction(_ event: Int) -> Double { fractions.isEmpty ? 0 : fractions[event] }
  private func moment(_ event: Int32) -> Moment { Moment(whole: wholes[Int(event)], fraction: fraction(Int(event))) }
}

extension EventColumns.Moment {
  /// A whole number, a decimal one, or a date such as `2018-05-01` or `2018-05-01 12:30:00` taken as UTC; nil for
  /// anything else.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    // Up to eighteen digits always fit.
    if (1...18).contains(bytes.count) {
      var value: Int64 = 0
      var isWhole = true
      for (index, byte) in bytes.enumerated() {
        if byte &- 48 < 10 {
          value = value * 10 + Int64(byte - 48)
        } else if index > 0 || byte != UInt8(ascii: "-") || bytes.count == 1 {
          isWhole = false
          break
        }
      }
      if isWhole {
        self.init(whole: bytes[0] == UInt8(ascii: "-") ? -value : value, fraction: 0)
        return
      }
    }
    guard bytes.count <= 64, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    if let whole = Int64(text) {
      self.init(whole: whole, fraction: 0)
      return
    }
    if let number = Double(text) {
      guard number.isFinite, abs(number) < 9e18 else { return nil }
      let whole = number.rounded(.down)
      self.init(whole: Int64(whole), fraction: number - whole)
      return
    }
    guard let seconds = Self.seconds(ofDate: text) else { return nil }
    self.init(whole: seconds, fraction: 0)
  }

  /// Seconds since 1970 of `YYYY-MM-DD`, with or without `hh:mm` or `hh:mm:ss` after a blank or a T.
  private static func seconds(ofDate text: String) -> Int64? {
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" })
    guard (1...2).contains(parts.count) else { return nil }
    let day = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    guard day.count == 3, let year = day[0], let month = day[1], let date = day[2], (1...9999).contains(year),
      (1...12).contains(month), (1...31).contains(date)
    else { return nil }
    // Days by the proleptic Gregorian calendar, years beginning with March.
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1
    var result = (shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468) * 86_400
    guard parts.count == 2 else { return result }
    let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
    guard (2...3).contains(clock.count) else { return nil }
    for (index, value) in clock.enumerated() {
      guard let value, (0...59).contains(value), index > 0 || value < 24 else { return nil }
      result += value * [3600, 60, 1][index]
    }
    return result
  }
}
