import Foundation
import Glibc
import Testing

/// Who sends or reflects: its addresses, as text.
package struct Station {
  package let mac: String
  package let ipv4: String
  package let ipv6: String

  package init(mac: String, ipv4: String, ipv6: String) {
    self.mac = mac
    self.ipv4 = ipv4
    self.ipv6 = ipv6
  }

  /// As the agent wants it.
  fileprivate var description: [String: String] { ["mac": mac, "ipv4": ipv4, "ipv6": ipv6] }
}

/// The independent program on the other side: makes frames with scapy, sends them, and keeps the books on
/// what comes back (Scripts/agent.py).
package final class Agent {
  /// What became of the frames of one command.
  package struct Books: Decodable {
    package let sent: Int
    package let returned: Int
    package let lost: Int
    package let doubled: Int
    package let corrupted: Int
    /// Came back after one of its flow that was sent later.
    package let disordered: Int
    package let failures: [String]
    /// Times that the veth's queue was full, so that the frame never left.
    package let retries: Int
    package let combinations: Int?

    /// Everything returned, nothing twice, every byte right.
    package var isPerfect: Bool { failures.isEmpty && returned == sent && lost == 0 && doubled == 0 && corrupted == 0 }
  }

  private let process: ChildProcess
  private var answers = 0

  /// Starts one in that network namespace.
  package init(inNamespace namespace: String) throws {
    process = try ChildProcess(
      ["ip", "netns", "exec", namespace, "/usr/bin/python3", "-B", Self.script("agent.py")], input: .pipe)
  }

  package var pid: pid_t { process.pid }

  /// The path of one of the suite's scripts.
  package static func script(_ name: String) throws -> String {
    guard let folder = Bundle.module.resourceURL else { throw TestFailure("the test bundle has no Scripts/\(name)") }
    return folder.appendingPathComponent("Scripts/\(name)").path
  }

  /// One with a raw socket on an interface, from which `tester` speaks with `reflector`.
  package static func tester(
    inNamespace namespace: String, on interface: String, as tester: Station, against reflector: Station
  ) throws -> Agent {
    let agent = try Agent(inNamespace: namespace)
    try agent.ask(
      "open", ["interface": interface, "tester": tester.description, "reflector": reflector.description])
    return agent
  }

  /// Gives a command and doesn't wait for the answer.
  package func begin(_ command: String, _ arguments: [String: Any] = [:]) throws {
    var message = arguments
    message["do"] = command
    try process.write(String(decoding: JSONSerialization.data(withJSONObject: message), as: UTF8.self))
  }

  /// Waits for the answer to the oldest command that has none.
  package func answer(seconds: Double = 60) throws -> Data {
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
  package func ask(_ command: String, _ arguments: [String: Any] = [:], seconds: Double = 60) throws -> Data {
    try begin(command, arguments)
    return try answer(seconds: seconds)
  }

  package func books(seconds: Double = 60) throws -> Books {
    try JSONDecoder().decode(Books.self, from: answer(seconds: seconds))
  }

  /// Sends `count` frames and waits for all of them to come back.
  package func send(_ count: Int, _ arguments: [String: Any] = [:], seconds: Double = 60) throws -> Books {
    try begin("send", arguments.merging(["count": count]) { $1 })
    return try books(seconds: seconds)
  }
}
