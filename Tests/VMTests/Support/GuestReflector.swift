import Foundation
import TestSupport

/// A `reflector-xdp attach` that runs in the guest. Ended with this owner at the latest.
final class GuestReflector {
  /// Which build: the debug one counts every frame of every turn and traps on one that is lost.
  enum Build: String {
    case release = "reflector-xdp"
    case debug = "reflector-xdp-debug"
  }

  let guest: Guest
  let nic: GuestNIC
  let pid: Int
  private(set) var attached: AttachedEvent!

  /// Starts one and waits until all its queues answer.
  init(on nic: GuestNIC, of guest: Guest, build: Build = .release, _ options: [String] = []) throws {
    self.guest = guest
    self.nic = nic
    let files = "/tmp/\(nic.name)"
    let command = "\(build.rawValue) attach \(nic.name) \(options.joined(separator: " ")) --interval 3600 --format json"
    let text = try guest.runChecked(
      """
      rm -f \(files).*
      (/bin/sh -c 'echo $$ >\(files).pid; exec \(command)' >\(files).output 2>\(files).errors; echo $? >\(files).status) \
        </dev/null >/dev/null 2>&1 &
      until [ -s \(files).output ] || [ -s \(files).status ]; do sleep 0.05; done
      cat \(files).pid
      """, seconds: 60)
    guard let pid = Int(text.split(separator: "\n").last ?? "") else { throw TestFailure("no pid: \(text)") }
    self.pid = pid
    guard let line = try output().split(separator: "\n").first else {
      throw TestFailure("\(command): status \(try file("status")): \(try errors())")
    }
    attached = try AttachedEvent(json: String(line))
  }

  deinit { _ = try? guest.run("kill -KILL \(pid); until [ -s /tmp/\(nic.name).status ]; do sleep 0.05; done") }

  private func file(_ kind: String) throws -> String {
    try guest.run("cat /tmp/\(nic.name).\(kind)").output
  }

  func output() throws -> String { try file("output") }
  func errors() throws -> String { try file("errors") }
  /// Its exit status; nil while it runs.
  func status() throws -> Int? { Int(try file("status").trimmingCharacters(in: .whitespacesAndNewlines)) }

  func statistics() throws -> Statistics {
    try Statistics(json: guest.runChecked("reflector-xdp stats \(nic.name) --format json"))
  }

  /// Waits until it said something.
  func waitForWords(_ words: String, seconds: Double = 15) throws {
    _ = try eventually(within: seconds, "«\(words)» in what it wrote: \(try errors())") {
      try errors().contains(words) ? true : nil
    }
  }

  /// Stops it in order and answers its totals.
  func stop() throws -> Statistics {
    try guest.runChecked("kill -INT \(pid); until [ -s /tmp/\(nic.name).status ]; do sleep 0.05; done")
    guard try status() == 0 else { throw TestFailure("status \(try status() ?? -1) at the end: \(try errors())") }
    guard let line = try output().split(separator: "\n").last else { throw TestFailure("no totals") }
    return try Statistics(json: String(line))
  }
}
