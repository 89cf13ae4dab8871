import ArgumentParser

struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "format", abstract: "Bring programs into the usual form: blanks, indentation and columns.",
    discussion: "Where lines end is left to you. A file with mistakes is shown them and stays as it is.")
  @Flag(help: "Name the files that would change, write nothing, and fail if there are any.") var check = false
  @Argument(help: "Programs, .pmm files.") var files: [String]

  func run() throws {
    let (files, isCheck) = (files, check)
    throw ExitCode(
      Runtime.onDeepStack {
        var status: Int32 = 0
        for file in files where !Formatting.format(file, isCheck: isCheck) { status = 1 }
        return status
      })
  }
}
