import ArgumentParser
import ReflectorCore
import ReflectorXDP
import Testing

@testable import reflector_xdp

struct AttachOptionsTests {
  private func settings(_ arguments: String...) throws -> Configuration {
    let command = try AttachCommand.parse(["eth0"] + arguments)
    return command.settings
  }

  @Test func `without options everything is the library's default`() throws {
    let settings = try settings()
    let standard = Configuration(interface: "eth0")
    #expect(settings.mode == standard.mode)
    #expect(settings.reflect == standard.reflect)
    #expect(settings.rules == standard.rules)
    #expect(settings.oui == standard.oui)
    #expect(settings.queues == nil && settings.cpus == nil)
    #expect(settings.frames == standard.frames && settings.chunkSize == standard.chunkSize)
    #expect(!settings.hugePages && !settings.busyPoll)
    #expect(settings.batch == standard.batch && settings.spin == standard.spin && settings.datapath == .xsk)
    #expect(settings.optionsForSockets.isEmpty)
    #expect(settings.pinDirectory == standard.pinDirectory)
  }

  @Test func `every option arrives`() throws {
    let settings = try settings(
      "--netns", "lab", "--pin-dir", "/sys/fs/bpf/x", "--mode", "zero-copy", "--reflect", "mac-ip", "--rules",
      "ito,y1564",
      "--rule", "name=own,port=any,offset=2,bytes=text:AB", "--port", "0", "--oui", "aa:bb:cc", "--queues", "0-2,5",
      "--cpus",
      "7,3", "--frames", "1024", "--chunk-size", "2048", "--huge-pages", "--busy-poll", "--batch", "32", "--spin", "0")
    #expect(settings.namespace == "lab")
    #expect(settings.pinDirectory == "/sys/fs/bpf/x")
    #expect(settings.mode == .zeroCopy)
    #expect(settings.reflect == .macIP)
    #expect(settings.rules.map(\.name) == ["ito.probeot", "ito.data", "ito.latency", "y1564", "own"])
    #expect(settings.rules.allSatisfy { $0.port == 0 })
    #expect(settings.oui == OUI("aa:bb:cc"))
    #expect(settings.queues == [0, 1, 2, 5])
    #expect(settings.cpus == [7, 3])
    #expect(settings.frames == 1024 && settings.chunkSize == 2048 && settings.batch == 32 && settings.spin == 0)
    #expect(settings.hugePages && settings.busyPoll)
    #expect(
      settings.optionsForSockets == [
        "--cpus", "--frames", "--chunk-size", "--huge-pages", "--busy-poll", "--spin", "--batch", "--mode zero-copy",
      ])
  }

  @Test(arguments: Configuration.Datapath.allCases)
  func `--datapath arrives, and options at their defaults count as given`(datapath: Configuration.Datapath) throws {
    let settings = try settings("--datapath", datapath.rawValue, "--frames", "4096", "--mode", "auto")
    #expect(settings.datapath == datapath && settings.optionsForSockets == ["--frames"])
  }

  @Test func `--any-oui asks for no OUI, and --rules none for own rules only`() throws {
    let settings = try settings("--any-oui", "--rules", "none", "--rule", "name=own,port=1,bytes=00")
    #expect(settings.oui == nil)
    #expect(settings.rules.map(\.name) == ["own"])
  }

  @Test func `an empty interface, as from an unset variable, is a usage error`() {
    let error = #expect(throws: (any Error).self) { try AttachCommand.parse([""]) }
    if let error { #expect(AttachCommand.exitCode(for: error).rawValue == 64) }
  }

  @Test(arguments: [
    ["--mode", "fast"], ["--datapath", "fast"], ["--reflect", "ip"], ["--rules", "ito,foo"], ["--rule", "name=a"],
    ["--port", "65536"],
    ["--oui", "00:c0"], ["--oui", "00:c0:17", "--any-oui"], ["--queues", "3-1"], ["--queues", ""], ["--cpus", "a"],
    ["--frames", "x"], ["--duration", "0"], ["--interval", "0.01"], ["--format", "xml"], ["--no-such-option"], ["eth1"],
    ["--netns", ""],
  ])
  func `a bad option is a usage error`(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try AttachCommand.parse(["eth0"] + arguments) }
    if let error { #expect(AttachCommand.exitCode(for: error).rawValue == 64) }
  }
}
