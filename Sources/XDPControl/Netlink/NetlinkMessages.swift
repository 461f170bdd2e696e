import CMNL
import SystemPackage

/// The header of a netlink message (`struct nlmsghdr`), without its length.
struct NetlinkHeader: Hashable, Sendable {
  static let size = 16

  var type: Int
  var flags: Int
  var sequence: UInt32
  var portID: UInt32
}

/// Taking a datagram apart into messages, and reading what an answer says: pure functions over bytes.
///
/// ```
/// datagram  = message, padded to 4 bytes, again and again
/// message   = length 32, type 16, flags 16, sequence 32, port id 32, payload
/// payload   = the protocol's fixed header (ifinfomsg, genlmsghdr, ...), attributes
/// ```
enum NetlinkMessages {
  /// Calls `body` for each message with its payload. Stops at the first whose length can't be.
  static func forEach<Failure: Error>(
    in bytes: RawSpan, _ body: (NetlinkHeader, _ payload: RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var rest = bytes
    while let length = rest.u32(at: 0).map(Int.init), let header = header(rest) {
      guard length >= NetlinkHeader.size, length <= rest.byteCount else { return }
      try body(header, rest.extracting(NetlinkHeader.size..<length))
      rest = rest.extracting(droppingFirst: NetlinkAttributes.aligned(length))
    }
  }

  private static func header(_ bytes: RawSpan) -> NetlinkHeader? {
    guard let type = bytes.u16(at: 4), let flags = bytes.u16(at: 6) else { return nil }
    guard let sequence = bytes.u32(at: 8), let portID = bytes.u32(at: 12) else { return nil }
    return NetlinkHeader(type: Int(type), flags: Int(flags), sequence: sequence, portID: portID)
  }

  /// What NLMSG_ERROR and NLMSG_DONE say. An acknowledgement is an error with the number 0.
  enum Verdict: Hashable, Sendable {
    case done
    case refused(Errno, kernelMessage: String?)
  }

  /// Reads the payload of an NLMSG_ERROR: a negative errno or 0, the request's header, the whole request
  /// unless NLM_F_CAPPED, and then attributes if NLM_F_ACK_TLVS.
  static func verdict(ofError payload: RawSpan, flags: Int) -> Verdict {
    var echoed = NetlinkHeader.size
    if flags & Int(NLM_F_CAPPED) == 0, let length = payload.u32(at: 4) {
      echoed = NetlinkAttributes.aligned(max(Int(length), NetlinkHeader.size))
    }
    return verdict(payload, attributes: payload.extracting(droppingFirst: 4 + echoed), flags: flags)
  }

  /// Reads the payload of the NLMSG_DONE of a dump: a negative errno or 0, then attributes if
  /// NLM_F_ACK_TLVS. Old dumps end without any payload.
  static func verdict(ofDone payload: RawSpan, flags: Int) -> Verdict {
    payload.byteCount < 4 ? .done : verdict(payload, attributes: payload.extracting(droppingFirst: 4), flags: flags)
  }

  private static func verdict(_ payload: RawSpan, attributes: RawSpan, flags: Int) -> Verdict {
    // An error without a number is one nobody can name: that it failed must not get lost.
    guard let number = payload.i32() else { return .refused(.badMessage, kernelMessage: nil) }
    guard number < 0 else { return .done }
    var message: String?
    if flags & Int(NLM_F_ACK_TLVS) != 0 {
      NetlinkAttributes.forEach(in: attributes) { type, value in
        if type == Int(NLMSGERR_ATTR_MSG.rawValue) { message = value.string() }
      }
    }
    // Wraps, because -2147483648 has no positive counterpart and must not trap.
    return .refused(Errno(rawValue: 0 &- number), kernelMessage: message)
  }
}
