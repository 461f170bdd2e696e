import CMNL
import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A netlink socket that asks and waits for the answer. It stays in the network namespace of the thread
/// that made it, wherever that thread goes.
///
/// One request at a time. A plain one is answered by messages, if it asked for some, and then by an
/// acknowledgement (NLMSG_ERROR, 0 or a negative errno); a dump by messages in several datagrams and then
/// by NLMSG_DONE. Everything about an answer that can be judged without a socket is in ``NetlinkAnswer``.
struct NetlinkSocket: ~Copyable {
  /// The kernel fills up to 32 KiB of a dump into one datagram when the receiver has the room, and a
  /// single link with many functions may take more.
  private static let capacity = 65_536
  /// The kernel answers at once. This is for the answer that got lost: an error beats a hang.
  private static let patience = 5
  /// A dump that others' changes keep interrupting.
  private static let attempts = 10

  private let handle: NetlinkHandle
  private var sequence: UInt32 = 0
  private var datagram = [UInt8](repeating: 0, count: capacity)

  /// `bus` is NETLINK_ROUTE or NETLINK_GENERIC.
  init(_ bus: CInt) throws(NetlinkError) {
    do {
      let handle = try NetlinkHandle(bus: bus)
      try handle.bind()
      // Both since Linux 4.12. Without the first there is no message, without the second the whole
      // request comes back in each error: neither is worth failing for, and verdicts read all forms.
      try? handle.set(CInt(NETLINK_EXT_ACK), 1, named: "NETLINK_EXT_ACK")
      try? handle.set(CInt(NETLINK_CAP_ACK), 1, named: "NETLINK_CAP_ACK")
      var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
      try check("setsockopt SO_RCVTIMEO") {
        setsockopt(handle.fileDescriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      }
      self.handle = handle
    } catch {
      throw NetlinkError(error)
    }
  }

  /// Sends a request whose answer is yes or no.
  mutating func acknowledge(_ request: borrowing NetlinkRequest) throws(NetlinkError) {
    _ = try collect(request) { _, _ in Optional<Never>.none }
  }

  /// Sends a request, dump or not, and returns what `decode` makes of each message of the answer; what
  /// it doesn't want, nil, is left out.
  ///
  /// A dump during which the tables changed (NLM_F_DUMP_INTR) may lack entries or have some twice, so it
  /// is thrown away and asked for again; EINTR after 10 times.
  mutating func collect<Value>(
    _ request: borrowing NetlinkRequest, _ decode: (NetlinkHeader, RawSpan) -> Value?
  ) throws(NetlinkError) -> [Value] {
    guard !request.isOverfull else { throw NetlinkError(request.operation, .messageTooLong) }
    for _ in 0..<Self.attempts {
      let answer = try exchange(request, decode)
      switch answer.verdict {
      case .refused(let errno, let message):
        throw NetlinkError(request.operation, errno, kernelMessage: message)
      default:
        if !answer.isInterrupted { return answer.values }
      }
    }
    throw NetlinkError(request.operation, .interrupted)
  }

  private mutating func exchange<Value>(
    _ request: borrowing NetlinkRequest, _ decode: (NetlinkHeader, RawSpan) -> Value?
  ) throws(NetlinkError) -> NetlinkAnswer<Value> {
    sequence &+= 1
    var answer = NetlinkAnswer<Value>(sequence: sequence, portID: handle.portID)
    do {
      try send(request)
      while answer.verdict == nil {
        let length = try handle.receive(into: &datagram)
        answer.take(datagram.span.bytes.extracting(0..<length), decode)
      }
      return answer
    } catch {
      throw NetlinkError("\(request.operation): \(error.call)", error.errno)
    }
  }

  private func send(_ request: borrowing NetlinkRequest) throws(SystemCallError) {
    let sequence = sequence
    try request.withMessage(sequence: sequence) { message throws(SystemCallError) in try handle.send(message) }
  }
}
