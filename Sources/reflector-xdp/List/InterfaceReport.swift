import XDPControl

/// What `list` says of one interface. Absent where it can't be known.
struct InterfaceReport: Encodable {
  struct Program: Encodable {
    let id: UInt32?
    let name: String?
    /// `native`, `generic`, `offload` or `multiple`.
    let mode: String
  }

  let interface: String
  let alternativeNames: [String]
  let mac: String?
  let driver: String?
  let kind: String?
  /// RX queues in use.
  let queues: Int
  /// The most RX queues that it can have.
  let queuesMaximum: Int
  /// `yes`, `no` or `unknown`, as the driver claims (netdev netlink, Linux 6.3).
  let nativeXdp: String
  let zeroCopy: String
  let mtu: UInt32
  let up: Bool
  let carrier: Bool
  let numaNode: Int?
  let program: Program?

  init(_ survey: InterfaceSurvey) {
    interface = survey.interface.name
    alternativeNames = survey.interface.alternativeNames
    mac = survey.interface.hardwareAddress?.description
    driver = survey.driver?.name
    kind = survey.interface.kind
    queues = survey.queues.inUse
    queuesMaximum = survey.queues.maximum
    nativeXdp = survey.nativeXDP.rawValue
    zeroCopy = survey.zeroCopy.rawValue
    mtu = survey.interface.mtu
    up = survey.interface.isUp
    carrier = survey.interface.hasCarrier
    numaNode = survey.numaNode
    program = survey.interface.xdp.map {
      Program(id: $0.programID, name: survey.programName, mode: "\($0.mode)")
    }
  }
}
