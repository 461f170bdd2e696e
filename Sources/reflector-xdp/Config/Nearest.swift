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

  /// Characters to be put in, taken out or replaced, and neighbours to be swapped. Of long texts only the start counts:
  /// no word of ours is as long.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    let (left, right) = (Array(left.prefix(64)), Array(right.prefix(64)))
    var rows = [Array(0...right.count)]
    for line in left.indices {
      var row = [line + 1]
      for column in right.indices {
        let isSame = left[line] == right[column]
        var best = min(rows[line][column] + (isSame ? 0 : 1), rows[line][column + 1] + 1, row[column] + 1)
        if line > 0, column > 0, left[line] == right[column - 1], left[line - 1] == right[column] {
          best = min(best, rows[line - 1][column - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
