/// Options of `attach` that give it a number of rules, of which the test frame matches the last.
///
/// The others have three more shapes of the same port, the most that a port can have beside the last one's: each frame
/// costs all four look-ups.
enum RuleOptions {
  static func options(count: Int) -> [String] {
    guard count > 0 else { return [] }
    let others = (1..<count).map { "name=other-\($0),port=3842,offset=\($0 % 3),bytes=text:\(word($0))" }
    return ["--rules", "none"]
      + (others + ["name=last,port=3842,offset=5,bytes=text:PROBEOT"]).flatMap { ["--rule", $0] }
  }

  /// Four letters for each number, no two alike, and none that the test frame has at its start.
  private static func word(_ number: Int) -> String {
    let letters = Array("ABCDEFGHIJKLMNOP")
    return "Z" + String((0..<3).map { letters[number >> ($0 * 4) & 15] })
  }
}
