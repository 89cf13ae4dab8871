package enum StandardLibrary { package static let name = "stdlib" }
