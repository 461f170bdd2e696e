import ArgumentParser
import Foundation
import LinuxSystem
import ReflectorHost
import ReflectorXDP
import Testing

@testable import reflector_xdp

/// What `doctor` prints, from findings made by hand.
@Suite struct DoctorOutputTests {
  private static let findings = [
    Finding(
      .carrier, .fail, "none", why: "Nothing arrives.", remedy: Remedy(plain: "ip link show dev eth0")),
    Finding(.driver, .ok, "igb"),
    Finding(.zeroCopy, .unknown, "no answer", why: "Copies cost."),
    Finding(
      .rings, .warn, "256 RX", why: "Too short.",
      remedy: Remedy(ours: "reflector-xdp tune eth0", plain: "ethtool -G eth0 rx 2048")),
  ]

  private static let bottleneck = Bottleneck(
    cause: .otherQueues, verdict: "RSS feeds queues without a socket",
    remedy: Remedy(plain: "ethtool -X eth0 equal 2"), seconds: 1.04,
    evidence: [Bottleneck.Evidence(name: "seen", value: 12_345)], others: [.copyMode])

  private static let body = """
    ok       driver     igb
    unknown  zero_copy  no answer
             Copies cost.
    warn     rings      256 RX
             Too short.
             $ reflector-xdp tune eth0
             $ ethtool -G eth0 rx 2048
    fail     carrier    none
             Nothing arrives.
             $ ip link show dev eth0

    """

  @Test func `the worst comes last, each with its commands, and a summary`() {
    let text = DoctorText(colored: false).render(
      Diagnosis(findings: Self.findings, bottleneck: nil), heading: "eth0: x")
    #expect(text == "eth0: x\n\n" + Self.body + "\n1 fail, 1 warn, 1 unknown, 1 ok\n")
  }

  @Test func `the bottleneck stands before the summary`() {
    let diagnosis = Diagnosis(findings: Self.findings, bottleneck: Self.bottleneck)
    let text = DoctorText(colored: false).render(diagnosis, heading: "eth0: x")
    #expect(
      text.hasSuffix(
        """
                 $ ip link show dev eth0

        bottleneck: RSS feeds queues without a socket
          in 1.0 s: seen 12,345
          also: copy_mode
          $ ethtool -X eth0 equal 2

        1 fail, 1 warn, 1 unknown, 1 ok

        """))
  }

  @Test func `colors change nothing but the colors`() {
    let diagnosis = Diagnosis(findings: Self.findings, bottleneck: Self.bottleneck)
    let plain = DoctorText(colored: false).render(diagnosis, heading: "eth0: x")
    let colored = DoctorText(colored: true).render(diagnosis, heading: "eth0: x")
    #expect(colored.contains("\u{1b}[31mfail"))
    #expect(colored.replacing(/\u{1b}\[[0-9]*m/, with: "") == plain)
  }

  @Test func `JSON has every finding, and counts`() throws {
    let report = DoctorReport(
      Diagnosis(findings: Self.findings, bottleneck: Self.bottleneck), interface: "eth0", namespace: "far")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(JSON.line(report).utf8)) as? [String: Any])
    #expect(object["interface"] as? String == "eth0" && object["namespace"] as? String == "far")
    let counts = ["failures", "warnings", "unknown", "ok"].map { object[$0] as? Int }
    #expect(counts == [1, 1, 1, 1])
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.map { $0["check"] as? String } == ["carrier", "driver", "zero_copy", "rings"])
    #expect(findings.map { $0["status"] as? String } == ["fail", "ok", "unknown", "warn"])
    #expect(findings[3]["value"] as? String == "256 RX" && findings[3]["why"] as? String == "Too short.")
    let commands = findings.map { $0["commands"] as? [String: String] }
    #expect(
      commands == [
        ["plain": "ip link show dev eth0"], nil, nil,
        ["reflector_xdp": "reflector-xdp tune eth0", "plain": "ethtool -G eth0 rx 2048"],
      ])
    let bottleneck = try #require(object["bottleneck"] as? [String: Any])
    #expect(bottleneck["cause"] as? String == "other_queues" && bottleneck["seconds"] as? Double == 1.04)
    #expect(bottleneck["evidence"] as? [String: Int] == ["seen": 12_345])
    #expect(bottleneck["others"] as? [String] == ["copy_mode"])
  }

  @Test func `without a reflector there is no bottleneck, and without a namespace none`() throws {
    let report = DoctorReport(Diagnosis(findings: [], bottleneck: nil), interface: "eth0", namespace: nil)
    #expect(
      JSON.line(report) == #"{"failures":0,"findings":[],"interface":"eth0","ok":0,"unknown":0,"warnings":0}"# + "\n")
  }

  @Test(arguments: [["eth0", "--interval", "0"], ["eth0", "--format", "csv"], ["eth0", "--queues", "3-1"], []])
  func `a command line that makes no sense`(arguments: [String]) {
    #expect(throws: (any Error).self) { try DoctorCommand.parse(arguments) }
  }
}
