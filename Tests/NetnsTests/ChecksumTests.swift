import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// A third opinion: what Wireshark's dissectors say about the frames that came back.
  @Suite(.enabled(if: Requirements.isInstalled("tshark"), "needs tshark"))
  struct Checksums {
    private static let fields = [
      "eth.src", "ip.src", "ipv6.src", "udp.srcport", "ip.checksum.status", "udp.checksum.status", "vlan.priority",
      "vlan.id",
    ]

    @Test("checksums stay right and tags stay what they were, says tshark", arguments: AttachMode.allCases)
    func dissected(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        let path = NSTemporaryDirectory() + "/reflector-\(getpid()).pcap"
        defer { unlink(path) }
        for family in ["ipv4", "ipv4-options", "ipv6"] {
          for (tags, priority, id) in [("untagged", "", ""), ("802.1q", "5", "100"), ("qinq-8100", "5,4", "100,101")] {
            try agent.send(16, ["frame": ["family": family, "tags": tags, "size": 301]]).expectPerfect(16)
            try agent.ask("capture", ["path": path])
            let source = family == "ipv6" ? ["", lab.reflector.ipv6] : [lab.reflector.ipv4, ""]
            let good = "1"
            let expected =
              [lab.reflector.mac] + source + ["3842", family == "ipv6" ? "" : good, good, priority, id]
            let lines = try dissect(path)
            #expect(lines.count == 16)
            #expect(Set(lines) == [expected.joined(separator: "\t")], "\(family) \(tags)")
          }
        }
        try reflector.stop().expectAccounts(forSent: 9 * 16)
      }
    }

    /// A line a frame, the fields separated by tabs.
    private func dissect(_ path: String) throws -> [String] {
      let options = ["-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields"]
      return try runChecked(["tshark"] + options + Self.fields.flatMap { ["-e", $0] })
        .split(separator: "\n").map(String.init)
    }
  }
}
