import CMNL
import LinuxSystem
import SystemPackage

/// The answer to one request as it comes in, a datagram at a time: pure, so that what a kernel seldom
/// does can be tested.
struct NetlinkAnswer<Value> {
  /// Which messages are meant for this request: late answers to an earlier one, whose wait timed out,
  /// are not.
  let sequence: UInt32
  let portID: UInt32

  private(set) var values: [Value] = []
  /// The tables changed during the dump (NLM_F_DUMP_INTR): entries may be missing, or there twice.
  private(set) var isInterrupted = false
  /// Nil until the answer is complete.
  private(set) var verdict: NetlinkMessages.Verdict?

  init(sequence: UInt32, portID: UInt32) {
    self.sequence = sequence
    self.portID = portID
  }

  /// Takes a datagram's messages; `decode` makes values of those that are neither acknowledgement nor end.
  mutating func take(_ datagram: RawSpan, _ decode: (NetlinkHeader, RawSpan) -> Value?) {
    NetlinkMessages.forEach(in: datagram) { header, payload in
      guard header.sequence == sequence, header.portID == portID, verdict == nil else { return }
      if header.flags & Int(NLM_F_DUMP_INTR) != 0 { isInterrupted = true }
      switch CInt(header.type) {
      case NLMSG_ERROR:
        verdict = NetlinkMessages.verdict(ofError: payload, flags: header.flags)
      case NLMSG_DONE:
        verdict = NetlinkMessages.verdict(ofDone: payload, flags: header.flags)
      case NLMSG_NOOP, NLMSG_OVERRUN:
        break
      default:
        if let value = decode(header, payload) { values.append(value) }
      }
    }
  }
}
