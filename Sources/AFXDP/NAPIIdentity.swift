import CLinux
import Glibc
import LinuxSystem

/// Whom a busy-polling socket would poll.
package enum NAPIIdentity {
  /// The id of the NAPI instance that the socket's last frame came through (`SO_INCOMING_NAPI_ID`,
  /// Linux 4.12); nil before the first frame, and for drivers that give their queues none, such as veth:
  /// there a socket that busy-polls polls nobody.
  package static func of(fileDescriptor: CInt) -> UInt32? {
    var id: UInt32 = 0
    var size = socklen_t(MemoryLayout<UInt32>.size)
    guard getsockopt(fileDescriptor, SOL_SOCKET, SO_INCOMING_NAPI_ID, &id, &size) == 0 else { return nil }
    return id == 0 ? nil : id
  }
}
