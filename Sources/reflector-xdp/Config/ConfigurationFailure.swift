import ReflectorXDP

/// Why a configuration file can't be used: all that is wrong in it, not the first only.
struct ConfigurationFailure: Error {
  struct Problem: Hashable {
    /// Counted from 1; nil for the file as a whole.
    let line: Int?
    /// `mode can't be used`
    let what: String
    let why: String
  }

  let path: String
  /// One at least.
  let problems: [Problem]

  /// In the order of the file.
  init(path: String, _ problems: [Problem]) {
    self.path = path
    self.problems = problems.sorted { ($0.line ?? .max) < ($1.line ?? .max) }
  }

  /// `f.yaml:3: mode can't be used`
  func place(of problem: Problem) -> String {
    "\(path)\(problem.line.map { ":\($0)" } ?? ""): \(problem.what)"
  }

  /// Three lines. Of several problems the ``lines`` tell.
  var error: ReflectorError {
    guard problems.count == 1, let problem = problems.first else {
      return ReflectorError(
        .configuration, what: "\(path) can't be used", why: "there are \(problems.count) mistakes in it, named above",
        remedy: "mend them and look again: reflector-xdp config check \(path)")
    }
    return ReflectorError(
      .configuration, what: place(of: problem), why: problem.why,
      remedy: "see reflector-xdp attach --help for each option")
  }

  /// A line for each of several problems, to stand before ``error``; none for one alone.
  var lines: [String] {
    problems.count == 1 ? [] : problems.map { "\(place(of: $0)): \($0.why)" }
  }

  /// All of it, with a line end.
  var text: String { (lines + ["\(error)"]).joined(separator: "\n") + "\n" }
}
