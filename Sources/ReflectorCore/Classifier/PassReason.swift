/// Why a frame was left to the host's stack.
///
/// The raw values are those of `enum reflector_outcome` in `bpf/include/reflector_abi.h`, where they
/// index the counters; a test holds the two together. In the order in which the checks are made.
public enum PassReason: UInt32, CaseIterable, Sendable {
  /// Ethernet header or a tag cut short.
  case truncated = 4
  /// Multicast or broadcast destination MAC.
  case multicastDestination
  /// The destination MAC is not the interface's.
  case foreignDestination
  /// Multicast or broadcast source MAC.
  case multicastSource
  /// The source MAC is the interface's own.
  case ownSource
  /// More than two tags.
  case tooManyTags
  /// ARP, slow protocols, …
  case notIP
  /// Version, header length or total length don't fit.
  case malformedIP
  /// Any fragment, the first one too.
  case fragment
  /// Another protocol, or an IPv6 extension header.
  case notUDP
  /// Multicast, broadcast or class E source or destination address.
  case multicastIP
  /// Source address = destination address.
  case sameIP
  /// The UDP length doesn't fit the IP payload.
  case malformedUDP
  /// No rule for this destination port.
  case otherPort
  /// Payload too short for any rule of the port.
  case truncatedSignature
  /// Long enough, and no rule matched.
  case otherSignature
  /// A rule matched, but the source MAC has another OUI.
  case foreignOUI
  /// A rule matched, but the frame's queue is not among those that reflect (datapath kernel). Only the XDP
  /// program can know: the ``Classifier`` never answers it.
  case otherQueue = 31
  /// A rule matched, but the CPU that the frame was to go to isn't in the CPUMAP. Only the XDP program can know: the
  /// ``Classifier`` never answers it.
  case noCPU
  /// A rule matched, but the frame's queue has no socket. Only the XDP program can know: the
  /// ``Classifier`` never answers it.
  case noSocket

  /// As in `struct reflector_counters`, without `passed_`: `multicast_destination`.
  public var name: String {
    switch self {
    case .truncated: "truncated"
    case .multicastDestination: "multicast_destination"
    case .foreignDestination: "foreign_destination"
    case .multicastSource: "multicast_source"
    case .ownSource: "own_source"
    case .tooManyTags: "too_many_tags"
    case .notIP: "not_ip"
    case .malformedIP: "malformed_ip"
    case .fragment: "fragment"
    case .notUDP: "not_udp"
    case .multicastIP: "multicast_ip"
    case .sameIP: "same_ip"
    case .malformedUDP: "malformed_udp"
    case .otherPort: "other_port"
    case .truncatedSignature: "truncated_signature"
    case .otherSignature: "other_signature"
    case .foreignOUI: "foreign_oui"
    case .otherQueue: "other_queue"
    case .noCPU: "no_cpu"
    case .noSocket: "no_socket"
    }
  }
}
