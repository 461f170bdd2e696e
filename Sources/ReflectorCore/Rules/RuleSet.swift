/// Built-in rules, by the testers that send such frames.
public enum RuleSet: String, CaseIterable, Sendable {
  /// NetAlly, NETSCOUT and Fluke testers: 5 opaque bytes, then one of three words.
  case ito
  /// Throughput testers' frames with the header of RFC 2544 runs.
  case rfc2544
  /// The same with the header of Y.1564 runs.
  case y1564

  /// The testers' usual UDP destination port.
  public static let defaultPort: UInt16 = 3842

  /// The set's rules, all for one UDP destination port; 0 for any.
  public func rules(port: UInt16 = defaultPort) -> [Rule] {
    switch self {
    case .ito:
      [
        Rule(trusted: "ito.probeot", port: port, signature: Signature(trusted: "PROBEOT", offset: 5)),
        Rule(trusted: "ito.data", port: port, signature: Signature(trusted: "DATA:OT", offset: 5)),
        Rule(trusted: "ito.latency", port: port, signature: Signature(trusted: "LATENCY", offset: 5)),
      ]
    case .rfc2544:
      [Rule(trusted: "rfc2544", port: port, signature: Signature(trusted: "RFC2544", offset: 0))]
    case .y1564:
      // The space belongs to it: 7 bytes like the others.
      [Rule(trusted: "y1564", port: port, signature: Signature(trusted: "Y.1564 ", offset: 0))]
    }
  }
}
