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

  private var hasTimes: Bool { wholes.count == users.count && !users.isEmpty }

  /// Events in the order of users and time.
  struct Sorted {
    /// Items of each user, oldest first. [user][event]
    var sequences: [[Int32]] = []
    /// Moments of the same events; empty where the file gives none. [user][event]
    var times: [[Double]] = []
    /// How many events stand in the file after a later event of their user.
    var late = 0
    /// The first few users with such events.
    var lateUsers: [Int] = []

    mutating func noteLate(_ count: Int, user: Int) {
      guard count > 0 else { return }
      late += count
      if lateUsers.count < 3 { lateUsers.append(user) }
    }
  }

  /// Events by user and time; events of one moment keep the order of the file.
  func sorted(userCount: Int) -> Sorted {
    var starts = [Int](repeating: 0, count: userCount + 1)
    for user in users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    var sorted = Sorted()
    sorted.sequences.reserveCapacity(userCount)
    if hasTimes { sorted.times.reserveCapacity(userCount) }
    // A fraction takes more room, and most files have none.
    if hasTimes, fractions.isEmpty {
      sort(starts, &sorted) { TimedEvent(time: wholes[$0], item: items[$0]) }
    } else if hasTimes {
      sort(starts, &sorted) { MomentEvent(time: Moment(whole: wholes[$0], fraction: fractions[$0]), item: items[$0]) }
    } else {
      sort(starts, &sorted) { UntimedEvent(item: items[$0]) }
    }
    return sorted
  }

  /// A counting sort by user, then one by time within each: the events of a user lie together while they are compared.
  private func sort<Event: SortableEvent>(_ starts: [Int], _ sorted: inout Sorted, _ event: (Int) -> Event) {
    let placed = UnsafeMutableBufferPointer<Event>.allocate(capacity: users.count)
    defer { placed.deallocate() }
    var next = starts
    for (index, user) in users.enumerated() {
      placed.initializeElement(at: next[Int(user)], to: event(index))
      next[Int(user)] += 1
    }
    for user in 0..<starts.count - 1 {
      let own = UnsafeMutableBufferPointer(rebasing: placed[starts[user]..<starts[user + 1]])
      if hasTimes {
        sorted.noteLate(Self.sort(own), user: user)
        sorted.times.append(own.map(\.seconds))
      }
      sorted.sequences.append(own.map(\.item))
    }
  }

  /// Sorts the events of one user and counts those that come after a later one.
  private static func sort<Event: SortableEvent>(_ events: UnsafeMutableBufferPointer<Event>) -> Int {
    guard var latest = events.first?.time else { return 0 }
    var late = 0
    for event in events {
      if event.time < latest { late += 1 } else { latest = event.time }
    }
    guard late > 0 else { return 0 }
    guard events.count > 32 else {
      for index in 1..<events.count {
        let event = events[index]
        var place = index
        while place > 0, event.time < events[place - 1].time {
          events[place] = events[place - 1]
          place -= 1
        }
        events[place] = event
      }
      return late
    }
    // Swift's sort is stable but does not promise it, so the place in the file takes part in the comparison.
    let order = events.enumerated().sorted { left, right in
      left.element.time < right.element.time
        || left.offset < right.offset && !(right.element.time < left.element.time)
    }
    for (index, entry) in order.enumerated() { events[index] = entry.element }
    return late
  }
}

/// What is sorted of an event: as little as there is to it, so that much of it fits into a cache.
private protocol SortableEvent {
  associatedtype Time: Comparable
  var time: Time { get }
  var item: Int32 { get }
  /// The time as data sets keep it.
  var seconds: Double { get }
}

private struct TimedEvent: SortableEvent {
  let time: Int64
  let item: Int32
  var seconds: Double { Double(time) }
}

private struct MomentEvent: SortableEvent {
  let time: EventColumns.Moment
  let item: Int32
  var seconds: Double { Double(time.whole) + time.fraction }
}

private struct UntimedEvent: SortableEvent {
  var time: Int { 0 }
  let item: Int32
  var seconds: Double { 0 }
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
