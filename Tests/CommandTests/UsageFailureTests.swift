import ArgumentParser
import ReflectorXDP
import Testing

@testable import reflector_xdp

/// What an operator reads who mistyped.
struct UsageFailureTests {
  private func lines(_ arguments: String...) throws -> [String] {
    let error = try #require(throws: (any Error).self) {
      var command = try ReflectorCommand.parseAsRoot(arguments)
      try command.run()
    }
    let failure = ReflectorCommand.usageFailure(error, arguments: arguments)
    #expect(failure.kind == .usage)
    return "\(failure)".split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func `a command that isn't one is named, with those that are`() throws {
    #expect(
      try lines("atach", "eth0") == [
        "reflector-xdp: the command line can't be used", "there is no command 'atach'",
        "the commands are attach, stats, flows, rules, allow, deny, limits, list, doctor, tune, lab, bench, config, reload",
      ])
  }

  @Test func `an option that isn't one is named, with the help of its command`() throws {
    let lines = try lines("attach", "eth0", "--netn", "x")
    #expect(lines.count == 3)
    #expect(lines.first == "reflector-xdp attach: the command line can't be used")
    #expect(lines[1].contains("'--netn'") && lines[2] == "see reflector-xdp attach --help")
  }

  @Test(arguments: [
    (["attach", "eth0", "--port", "70000"], "0 to 65535"), (["attach", "eth0", "--rules", "ito,"], "''"),
    (["attach", "eth0", "--mode", "native"], "'zero-copy'"), (["lab", "--mode", "zero-copy"], "'generic'"),
    (["lab", "--format", "csv"], "'json'"),
  ])
  func `a value that can't be used is told with what can`(arguments: [String], allowed: String) throws {
    let error = try #require(throws: (any Error).self) { try ReflectorCommand.parseAsRoot(arguments) }
    let failure = ReflectorCommand.usageFailure(error, arguments: arguments)
    #expect(failure.why.contains(allowed), "\(failure)")
  }
}
