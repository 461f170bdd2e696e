import Foundation
import ReflectorXDP
import Testing

@testable import reflector_xdp

/// `config check` and `config show`, with files in a folder of the test's own.
struct ConfigCommandTests: ~Copyable {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "config-\(UUID())").path

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func write(_ text: String, _ name: String = "eth0.yaml") throws -> String {
    let path = "\(folder)/\(name)"
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  private func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  @Test func `the interface's file is taken if there is one, as the interface was typed`() throws {
    let path = try write("mode: copy\n")
    #expect(try EffectiveOptions(["eth0"], below: folder).file?.path == path)
    #expect(try EffectiveOptions(["eth1"], below: folder).file == nil)
    #expect(try EffectiveOptions(["../\(folder)/eth0"], below: folder).file == nil)
    #expect(try EffectiveOptions(["eth0"], below: "/nonexistent").file == nil)
    #expect(try EffectiveOptions(["eth0"], below: path).file == nil, "the folder is a file")
  }

  @Test func `a file that was named takes its place and must exist, none takes none`() throws {
    _ = try write("mode: copy\n")
    let other = try write("mode: generic\n", "other.yaml")
    #expect(try EffectiveOptions(["eth0", "--config", other], below: folder).command.datapath.mode == .generic)
    #expect(try EffectiveOptions(["eth0", "--config=none"], below: folder).command.datapath.mode == .auto)
    #expect(throws: ConfigurationFailure.self) {
      try EffectiveOptions(["eth0", "--config", "\(folder)/missing.yaml"], below: folder)
    }
    #expect(throws: ConfigurationFailure.self, "a folder is no file") {
      try EffectiveOptions(["eth0", "--config", folder], below: folder)
    }
  }

  @Test func `show tells each value and where it comes from`() throws {
    let path = try write("mode: copy\nrule:\n  - name=a,port=1,bytes=00\nbatch: 8\n")
    let table = rows(try ConfigShowCommand.text(["--batch", "9", "eth0", "--any-oui"], below: folder))
    #expect(table.first == ["key", "value", "from"])
    #expect(table.dropFirst().map(\.first) == ConfigurationTable.keys.map(\.name))
    #expect(table.contains(["mode", "copy", "\(path):1"]))
    #expect(table.contains(["rule", "name=a,port=1,offset=0,bytes=00", "\(path):2"]))
    #expect(table.contains(["batch", "9", "command", "line"]))
    #expect(table.contains(["any-oui", "true", "command", "line"]) && table.contains(["oui", "-", "default"]))
    #expect(table.contains(["frames", "4096", "default"]))
  }

  @Test func `show in JSON has values of their types`() throws {
    let path = try write("busy-poll: true\nrules: [ito]\ninterval: 0.5\n", "x.yaml")
    let text = try ConfigShowCommand.text([path, "--format=json", "--queues", "0-1"], below: folder)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["file"] as? String == path)
    let settings = try #require(object["settings"] as? [String: [String: Any]])
    #expect(Set(settings.keys) == Set(ConfigurationTable.keys.map(\.name)))
    #expect(settings["busy-poll"]?["value"] as? Bool == true && settings["busy-poll"]?["line"] as? Int == 1)
    #expect(settings["rules"]?["value"] as? [String] == ["ito"] && settings["rules"]?["source"] as? String == "file")
    #expect(settings["interval"]?["value"] as? Double == 0.5)
    #expect(settings["interval"]?["effect"] as? String == "at once")
    #expect(settings["queues"]?["value"] as? String == "0-1")
    #expect(settings["queues"]?["source"] as? String == "command line")
    #expect(settings["duration"]?["value"] is NSNull && settings["duration"]?["source"] as? String == "default")
    #expect(settings["frames"]?["value"] as? Int == 4096)
  }

  @Test(arguments: [
    ["eth0", "--format", "xml"], ["eth0", "--format"], ["--format", "json"], ["eth0", "--no-option"],
  ])
  func `show refuses what isn't its own or attach's`(arguments: [String]) {
    #expect(throws: (any Error).self) { try ConfigShowCommand.text(arguments, below: folder) }
  }

  @Test func `check says what a file sets, and when a change of it counts`() throws {
    let path = try write("mode: copy\nport: 5000\n")
    let expected = [["mode", "copy", "needs", "a", "restart"], ["port", "5000", "at", "once"]]
    for target in ["eth0", path] {
      let table = rows(try ConfigCheckCommand.text(target, below: folder))
      #expect(table.first?.first == path && table.suffix(2) == expected)
    }
    #expect(try ConfigCheckCommand.text(write(""), below: folder) == "\(path) can be used; it sets nothing\n")
  }

  @Test func `check refuses what attach would, with the line`() throws {
    let path = try write("datapath: kernel\nport: 1\nframes: 64\n")
    let failure = try #require(throws: ConfigurationFailure.self) { try ConfigCheckCommand.text(path, below: folder) }
    #expect(failure.problems.map(\.line) == [3] && failure.problems.first?.what == "frames can't be used")
    let missing = try #require(throws: ReflectorError.self) { try ConfigCheckCommand.text("eth7", below: folder) }
    #expect(missing.kind == .configuration && missing.why == "\(folder)/eth7.yaml doesn't exist")
  }

  @Test(arguments: [
    ("allow: 192.0.2.0/24\ndeny:\n  - ::1\n  - 192.0.2.0/24", 4, "deny"), ("flows: 0\nstorm: 5", 2, "storm"),
    ("port: 1\nrules: none", 2, "rules"), ("datapath: kernel\nspread: 2\nmode: generic", 2, "spread"),
  ])
  func `what doesn't go together is told with the line of one of them`(text: String, line: Int, key: String) throws {
    let path = try write(text)
    let failure = try #require(throws: ConfigurationFailure.self) { try ConfigCheckCommand.text(path, below: folder) }
    #expect(failure.problems.map(\.line) == [line] && failure.problems.first?.what == "\(key) can't be used")
  }

  @Test func `what the command line alone is to blame for is a usage error`() throws {
    _ = try write("port: 1\n")
    let options = try EffectiveOptions(["eth0", "--datapath", "kernel", "--frames", "64"], below: folder)
    let error = try #require(throws: ReflectorError.self) { try options.validated() }
    #expect(error.kind == .usage)
  }
}
