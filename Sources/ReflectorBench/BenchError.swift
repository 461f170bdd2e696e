import LinuxSystem

/// Why there are no figures: what failed, why, what to do. Prints as three lines.
package struct BenchError: Error, CustomStringConvertible {
  package let what: String
  package let why: String
  package let remedy: String
  /// As in <sysexits.h>, or 130 after Ctrl+C.
  package let status: Int32

  /// The system refused, or something didn't do what it should.
  package static let usual: Int32 = 71

  package init(_ what: String, why: String, remedy: String, status: Int32 = Self.usual) {
    self.what = what
    self.why = why
    self.remedy = remedy
    self.status = status
  }

  package var description: String { "\(what)\n\(why)\n\(remedy)" }

  /// The report says what is wrong.
  package static let notGood = BenchError(
    "the result isn't good", why: "the report says so", remedy: "see there", status: 1)

  /// Thrown rather than exited with, so that every owner on the way up undoes what it made.
  static let interrupted = BenchError(
    "stopped by a signal", why: "SIGINT, SIGTERM or SIGHUP", remedy: "nothing is left behind; run it again", status: 130
  )
}
