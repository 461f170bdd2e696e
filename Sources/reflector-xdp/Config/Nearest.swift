/// Guesses at what was meant by a word that isn't one.
enum Nearest {
  /// The word that takes the fewest changes of a character, if they are few; the first of several.
  static func word(to text: String, among words: [String]) -> String? {
    let plain = plain(text)
    let distances = words.map { (word: $0, distance: distance(plain, Self.plain($0))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, min(plain.count, best.word.count) / 3) ? best.word : nil
  }

  /// What people write otherwise: `busy_poll`, `busyPoll`, `--busy-poll`.
  private static func plain(_ text: String) -> [Character] {
    text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }.map(\.self)
  }

  /// Characters to be put in, taken out, or replaced. Of long texts only the start counts: no word of ours is as long.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    let (left, right) = (left.prefix(64), right.prefix(64))
    var row = Array(0...right.count)
    for (line, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, other) in right.enumerated() {
        let replaced = diagonal + (character == other ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
