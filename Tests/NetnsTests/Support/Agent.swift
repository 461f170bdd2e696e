import Foundation
import Glibc
import Testing

/// The independent program on the other side: makes frames with scapy, sends them, and keeps the books on
/// what comes back (Scripts/agent.py).
final class Agent {
  /// What became of the frames of one command.
  struct Books: Decodable {
    let sent: Int
    let returned: Int
    let lost: Int
    let doubled: Int
    let corrupted: Int
    let failures: [String]
    /// Times that the veth's queue was full, so that the frame never left.
    let retries: Int
    let combinations: Int?

    /// Everything returned, nothing twice, every byte right.
    var isPerfect: Bool { failures.isEmpty && returned == sent && lost == 0 && doubled == 0 && corrupted == 0 }
  }

  private let process: ChildProcess
  private var answers = 0

  /// Starts one in that end's namespace.
  init(at end: LabEnd) throws {
    process = try ChildProcess(end.inside(["/usr/bin/python3", "-B", Self.script("agent.py")]), input: .pipe)
  }

  var pid: pid_t { process.pid }

  /// The path of one of the suite's scripts.
  static func script(_ name: String) throws -> String {
    guard let folder = Bundle.module.resourceURL else { throw TestFailure("the test bundle has no Scripts/\(name)") }
    return folder.appendingPathComponent("Scripts/\(name)").path
  }

  /// One at the tester's end, with a raw socket on its interface.
  static func tester(in lab: NetnsLab) throws -> Agent {
    try tester(at: lab.tester, against: lab.reflector)
  }

  /// The same, for a far end that may be another than the lab made.
  static func tester(at end: LabEnd, against reflector: LabEnd) throws -> Agent {
    let agent = try Agent(at: end)
    try agent.ask(
      "open", ["interface": end.interface, "tester": end.description, "reflector": reflector.description])
    return agent
  }

  /// Gives a command and doesn't wait for the answer.
  func begin(_ command: String, _ arguments: [String: Any] = [:]) throws {
    var message = arguments
    message["do"] = command
    try process.write(String(decoding: JSONSerialization.data(withJSONObject: message), as: UTF8.self))
  }

  /// Waits for the answer to the oldest command that has none.
  func answer(seconds: Double = 60) throws -> Data {
    let line = try eventually(within: seconds, "an answer of the agent; it wrote: \(process.errors)") {
      let lines = process.output.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.count - 1 > answers { return Data(lines[answers].utf8) as Data? }
      guard process.isRunning else { throw TestFailure("the agent ended: \(process.errors)") }
      return nil
    }
    answers += 1
    if let error = try (JSONSerialization.jsonObject(with: line) as? [String: Any])?["error"] as? String {
      throw TestFailure("the agent failed: \(error)")
    }
    return line
  }

  @discardableResult
  func ask(_ command: String, _ arguments: [String: Any] = [:], seconds: Double = 60) throws -> Data {
    try begin(command, arguments)
    return try answer(seconds: seconds)
  }

  func books(seconds: Double = 60) throws -> Books {
    try JSONDecoder().decode(Books.self, from: answer(seconds: seconds))
  }

  /// Sends `count` frames and waits for all of them to come back.
  func send(_ count: Int, _ arguments: [String: Any] = [:], seconds: Double = 60) throws -> Books {
    try begin("send", arguments.merging(["count": count]) { $1 })
    return try books(seconds: seconds)
  }
}

extension LabEnd {
  /// As the agent wants it.
  var description: [String: String] { ["mac": mac, "ipv4": ipv4, "ipv6": ipv6] }
}
