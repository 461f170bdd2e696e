import FoundationEssentials

extension Report {
  /// Writes `results.md`, `results.json` and the pictures into a folder, which is made if it isn't there. A picture of
  /// what wasn't measured this time stays as it is.
  package func write(into folder: String) throws(BenchError) {
    let pictures = pictures()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try write(markdown(pictures: pictures), to: "\(folder)/results.md")
      try write(try json() + "\n", to: "\(folder)/results.json")
      for picture in pictures { try write(picture.svg, to: "\(folder)/\(picture.file)") }
    } catch {
      throw BenchError(
        "write the results into \(folder)", why: "\(error)", remedy: "name another folder with --output", status: 71)
    }
  }

  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }
}
