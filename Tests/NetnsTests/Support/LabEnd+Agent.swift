import TestSupport

extension Agent {
  /// Starts one in that end's namespace.
  convenience init(at end: LabEnd) throws { try self.init(inNamespace: end.namespace) }

  /// One at the tester's end, with a raw socket on its interface.
  static func tester(in lab: NetnsLab) throws -> Agent {
    try tester(at: lab.tester, against: lab.reflector)
  }

  /// The same, for a far end that may be another than the lab made.
  static func tester(at end: LabEnd, against reflector: LabEnd) throws -> Agent {
    try tester(inNamespace: end.namespace, on: end.interface, as: end.station, against: reflector.station)
  }
}

extension LabEnd {
  fileprivate var station: Station { Station(mac: mac, ipv4: ipv4, ipv6: ipv6) }
}
