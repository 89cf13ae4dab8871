import CHDF5
import Glibc
import TensorFiles

/// Goes through all objects of a file of a stranger, in the child process.
///
/// Each group is entered once, however often it is linked, so cycles end; nothing outside of the file is followed.
struct HDF5Walk {
  private enum Way {
    case hard(UInt64)
    /// A soft link's group and its name there.
    case soft(group: UInt64, name: [CChar])
    /// A link out of the file, or of a kind that is not known; with the words on it.
    case outside(String)
  }

  private let file: hid_t
  private let place: String
  private let size: Int
  private var description = HDF5Description()
  /// What is still to be seen, the next one last.
  private var waiting: [(path: [String], way: Way)] = []
  private var groups: [UInt64: [String]] = [:]
  private var objects = 0
  private var pathBytes = 0
  private var attributeBudget = HDF5Limits.attributeBytes
  private var axes = HDF5Axes()

  /// - Parameter size: bytes of the file.
  static func run(_ file: hid_t, size: Int, place: String) throws(FileError) -> HDF5Description {
    var walk = HDF5Walk(file: file, place: place, size: size)
    try walk.visitRoot()
    while let (path, way) = walk.waiting.popLast() {
      if walk.objects % 16 == 0 { try HDF5Server.progress() }
      walk.visit(path, way)
    }
    walk.axes.name(&walk.description.nodes)
    return walk.description
  }

  private init(file: hid_t, place: String, size: Int) {
    self.file = file
    self.place = place
    self.size = size
  }

  private mutating func visitRoot() throws(FileError) {
    let root = try Handle(H5Oopen(file, "/", pmm_h5_default()), "open the root group", place: place)
    groups[pmm_h5_address(root.id)] = []
    description.attributes = try attributes(of: root.id).shown
    try list(root.id, address: pmm_h5_address(root.id), path: [])
  }

  private mutating func visit(_ path: [String], _ way: Way) {
    do throws(FileError) {
      switch way {
      case .outside(let words):
        add(HDF5Node(kind: .other, path: path, words: words, problem: "it is \(words), which is not followed"))
      case .hard(let address):
        let object = try Handle(H5Oopen_by_addr(file, haddr_t(address)), "open it", place: place)
        try visit(object.id, address, path)
      case .soft(let group, let name):
        try visitSoft(group, name, path)
      }
    } catch {
      add(HDF5Node(kind: .other, path: path, words: "an object that cannot be opened", problem: Self.words(error)))
    }
  }

  /// A soft link to a dataset is that dataset once more; one to a group is not entered, as the group has its own place.
  private mutating func visitSoft(_ group: UInt64, _ name: [CChar], _ path: [String]) throws(FileError) {
    let parent = try Handle(H5Oopen_by_addr(file, haddr_t(group)), "open its group", place: place)
    let target = Self.text(of: name, in: parent.id)
    let id = H5Oopen(parent.id, name, pmm_h5_default())
    guard id >= 0 else {
      _ = hdf5Error("", place: place)
      add(
        HDF5Node(
          kind: .other, path: path, words: "a link to \(target)",
          problem: "it is a link to \(target), which is not there"))
      return
    }
    let object = try Handle(id, "open it", place: place)
    if H5Iget_type(object.id) == H5I_DATASET {
      add(try dataset(object.id, pmm_h5_address(object.id), path))
    } else {
      add(HDF5Node(kind: .other, path: path, words: "a link to \(target)"))
    }
  }

  private mutating func visit(_ object: hid_t, _ address: UInt64, _ path: [String]) throws(FileError) {
    switch H5Iget_type(object) {
    case H5I_DATASET:
      add(try dataset(object, address, path))
    case H5I_GROUP:
      if let first = groups[address] {
        add(HDF5Node(kind: .other, path: path, words: "the group /\(first.joined(separator: "/")) once more"))
        return
      }
      groups[address] = path
      var node = HDF5Node(kind: .group, path: path, address: address)
      do throws(FileError) { node.attributes = try attributes(of: object).shown } catch {
        node.problem = Self.words(error)
      }
      let index = description.nodes.count
      add(node)
      guard path.count < HDF5Limits.depth else {
        note("Groups are nested more than \(HDF5Limits.depth) deep; what is deeper is left out.")
        return
      }
      do throws(FileError) { try list(object, address: address, path: path) } catch {
        if index < description.nodes.count { description.nodes[index].problem = Self.words(error) }
      }
    case H5I_DATATYPE:
      add(HDF5Node(kind: .other, path: path, words: "a type with a name"))
    default:
      add(HDF5Node(kind: .other, path: path, words: "an object of an unknown kind"))
    }
  }

  /// Puts what a group holds in line, in the order of its making where the file keeps that.
  private mutating func list(_ group: hid_t, address: UInt64, path: [String]) throws(FileError) {
    let isOrdered = pmm_h5_is_ordered(group)
    var found = LinkList(room: HDF5Limits.objects - objects - waiting.count)
    let status = withUnsafeMutablePointer(to: &found) { pmm_h5_all_links(group, isOrdered, LinkList.visit, $0) }
    if found.isFull { note("There are more than \(HDF5Limits.objects) objects; the rest is left out.") }
    var links = found.links.map { link in (name: link.name.text, link: link) }
    // Frameworks that number their variables mean the order of the numbers, not of the digits.
    let numbers = links.map { $0.name.utf8.allSatisfy { 48...57 ~= $0 } ? Int($0.name) : nil }
    if !isOrdered, !numbers.contains(nil) {
      links = zip(links, numbers.map { $0 ?? 0 }).sorted { $0.1 < $1.1 }.map(\.0)
    }
    for (name, link) in links.reversed() {
      let way: Way
      switch link.type {
      case 0: way = .hard(link.address)
      case 1: way = .soft(group: address, name: link.name)
      case 64: way = .outside("a link to \(Self.text(of: link.name, in: group))")
      default: way = .outside("a link of an unknown kind")
      }
      pathBytes += path.reduce(name.utf8.count) { $0 + $1.utf8.count + 1 }
      guard pathBytes <= HDF5Limits.pathBytes else {
        note("The names of its objects are too long; some are left out.")
        break
      }
      waiting.append((path + [name], way))
    }
    if status < 0 { throw hdf5Error("list it", place: place) }
  }

  private mutating func dataset(_ object: hid_t, _ address: UInt64, _ path: [String]) throws(FileError) -> HDF5Node {
    var node = HDF5Node(kind: .dataset, path: path, address: address)
    let kind = try Handle(H5Dget_type(object), "read its type", place: place)
    let space = try Handle(H5Dget_space(object), "read its shape", place: place)
    let type = try HDF5Type(kind.id, place: place)
    let all: HDF5Attributes
    do throws(FileError) {
      all = try attributes(of: object)
      node.attributes = all.shown
      axes.add(all, address: address, path: path, node: description.nodes.count)
    } catch { node.problem = Self.words(error) }
    guard let shape = try HDF5Space.shape(space.id, place: place) else {
      node.kind = .other
      node.words = "nothing (a dataset without a space)"
      return node
    }
    let creation = try Handle(H5Dget_create_plist(object), "read how it is stored", place: place)
    let storage = HDF5Storage(object, creation: creation.id, shape: shape, type: type, size: size)
    node.problem = node.problem ?? storage.problem
    var values = HDF5Values(
      shape: shape, type: type, storage: storage.words, place: .tiles(storage.tile), axes: shape.map { _ in nil })
    if node.problem == nil {
      values.place = try place(of: object, kind.id, type, storage, creation: creation.id)
      if case .fill = values.place { values.storage += ", never written" }
    }
    node.values = values
    return node
  }

  /// Numbers that lie as they are need no library; whatever was never written is one value.
  private func place(
    of object: hid_t, _ kind: hid_t, _ type: HDF5Type, _ storage: HDF5Storage, creation: hid_t
  ) throws(FileError) -> HDF5Values.Place {
    guard case .numbers = type.content else { return .tiles(storage.tile) }
    if storage.layout != .compact, pmm_h5_stored_bytes(object) == 0 || isUnwritten(object, storage) {
      return .fill(try HDF5Tiles.fill(kind, type, creation: creation, place: place))
    }
    guard storage.layout == .contiguous, !type.isOdd, let offset = Int(exactly: pmm_h5_offset(object)) else {
      return .tiles(storage.tile)
    }
    return .direct(offset: offset)
  }

  private func isUnwritten(_ object: hid_t, _ storage: HDF5Storage) -> Bool {
    storage.layout == .contiguous && pmm_h5_offset(object) == UInt64.max
  }

  private mutating func attributes(of object: hid_t) throws(FileError) -> HDF5Attributes {
    try HDF5Attributes(of: object, budget: &attributeBudget, place: place)
  }

  private mutating func add(_ node: HDF5Node) {
    objects += 1
    description.nodes.append(node)
  }

  private mutating func note(_ words: String) {
    if !description.notes.contains(words) { description.notes.append(words) }
  }

  private static func text(of name: [CChar], in group: hid_t) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { buffer in
      guard let start = buffer.baseAddress, pmm_h5_link_text(group, name, start, buffer.count) >= 0 else {
        return "another place"
      }
      return String(cString: start)
    }
  }

  private static func words(_ error: FileError) -> String {
    guard error.message.contains("version number") else { return error.message }
    return "it was written with a newer HDF5 than this program has (\(error.message)); "
      + "write it with libver = ('v110', 'v110'), or h5repack with that version"
  }
}

/// Links that a visit of a group gathered.
private struct LinkList {
  var room: Int
  var isFull = false
  var links: [(name: [CChar], type: Int32, address: UInt64)] = []

  static let visit: pmm_h5_link_visit = { name, type, address, context in
    guard let name, let list = context?.assumingMemoryBound(to: LinkList.self) else { return -1 }
    guard list.pointee.links.count < list.pointee.room else {
      list.pointee.isFull = true
      return 1
    }
    list.pointee.links.append((Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1)), type, address))
    return 0
  }
}
