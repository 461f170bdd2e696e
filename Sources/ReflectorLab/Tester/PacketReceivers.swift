import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A receiving socket for each queue of an interface, in one PACKET_FANOUT_QM group: so a frame tells
/// which queue it came from.
struct PacketReceivers: ~Copyable {
  private var sockets: [pollfd] = []
  /// Four bytes stay free before the frame, for a tag that is put back.
  private let space = UnsafeMutableRawBufferPointer.allocate(
    byteCount: Self.longestFrame + Self.tagLength, alignment: 16)

  private static let tagLength = 4
  private static let longestFrame = 65536

  deinit {
    for socket in sockets { _ = close(socket.fd) }
    space.deallocate()
  }

  /// - Parameter index: of the interface.
  static func open(_ index: CInt, queues: Int) throws(SystemCallError) -> PacketReceivers {
    var receivers = PacketReceivers()
    for _ in 0..<queues {
      receivers.sockets.append(pollfd(fd: try socket(index).release(), events: Int16(POLLIN), revents: 0))
    }
    guard queues > 1 else { return receivers }
    // A group's number is unique in its namespace; the namespace is the lab's own.
    let mode = PACKET_FANOUT_QM << 16 | (index & 0xffff)
    for socket in receivers.sockets {
      try PacketSocket.set(socket.fd, "PACKET_FANOUT", SOL_PACKET, PACKET_FANOUT, mode)
    }
    return receivers
  }

  private static func socket(_ index: CInt) throws(SystemCallError) -> OwnedDescriptor {
    let socket = try PacketSocket.open(index, protocol: ETH_P_ALL)
    try PacketSocket.leaveOutOutgoing(socket)
    try PacketSocket.set(socket, "PACKET_AUXDATA", SOL_PACKET, PACKET_AUXDATA, 1)
    try PacketSocket.set(socket, "SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    return socket
  }

  /// As ``PacketPort/receive(waiting:_:)``.
  mutating func receive(
    waiting milliseconds: Int, _ body: (_ frame: [UInt8], _ queue: Int) -> Void
  ) throws(SystemCallError) {
    let ready: CInt
    do throws(SystemCallError) {
      ready = try check("poll") { poll(&sockets, nfds_t(sockets.count), CInt(milliseconds)) }
    } catch  where error.errno == .interrupted {
      return
    }
    guard ready > 0 else { return }
    for queue in sockets.indices where sockets[queue].revents != 0 {
      for _ in 0..<64 {
        guard let frame = try next(sockets[queue].fd) else { break }
        body(frame, queue)
      }
    }
  }

  private borrowing func next(_ socket: CInt) throws(SystemCallError) -> [UInt8]? {
    let frame = UnsafeMutableRawBufferPointer(rebasing: space[Self.tagLength...])
    var tag: UInt32 = 0
    do throws(SystemCallError) {
      let length = try checkRetrying("recvmsg") {
        clinux_receive_packet(socket, frame.baseAddress, frame.count, &tag, CInt(MSG_DONTWAIT))
      }
      let whole = frame.prefix(min(length, Self.longestFrame))
      return tag == 0 || whole.count < 12 ? [UInt8](whole) : restored(tag, length: whole.count)
    } catch  where error.errno == .resourceTemporarilyUnavailable {
      return nil
    }
  }

  /// Puts the tag that the kernel took off back behind the addresses.
  private borrowing func restored(_ tag: UInt32, length: Int) -> [UInt8] {
    let whole = UnsafeMutableRawBufferPointer(rebasing: space[..<(length + Self.tagLength)])
    whole.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[4..<16]))
    whole.storeBytes(of: tag.bigEndian, toByteOffset: 12, as: UInt32.self)
    return [UInt8](whole)
  }
}
