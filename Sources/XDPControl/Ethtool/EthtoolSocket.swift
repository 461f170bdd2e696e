import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The ethtool ioctl (SIOCETHTOOL): what it answers is older than netlink and there on every kernel.
///
/// The driver's name and GRXRINGS have no netlink counterpart to this day, and the channels come with the
/// same few lines. Features don't: there the ioctl can't tell what is changeable.
///
/// Any datagram socket will do; it decides the namespace, which is that of the thread that made it.
struct EthtoolSocket: ~Copyable {
  private let socket: OwnedDescriptor

  init() throws(SystemCallError) {
    socket = OwnedDescriptor(
      try check("socket AF_INET") {
        Glibc.socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
      })
  }

  /// Runs one command on the interface with that real name. `argument` is the command's C structure with
  /// its number in the first field; the answer comes in its place.
  ///
  /// False when driver and kernel have no such thing (EOPNOTSUPP).
  func ask<Argument>(
    _ call: String, of name: String, _ argument: inout Argument
  ) throws(SystemCallError) -> Bool {
    var request = ifreq()
    let fits = withUnsafeMutableBytes(of: &request.ifr_ifrn) { field in
      // One byte less than there are: the last is its NUL.
      guard name.utf8.count < field.count else { return false }
      field.copyBytes(from: name.utf8)
      return true
    }
    guard fits else { throw SystemCallError("\(call) \(name)", .noSuchDevice) }
    do {
      try check("\(call) \(name)") {
        withUnsafeMutableBytes(of: &argument) { bytes in
          request.ifr_ifru.ifru_data = bytes.baseAddress.map { $0.assumingMemoryBound(to: CChar.self) }
          return ioctl(socket.rawValue, UInt(SIOCETHTOOL), &request)
        }
      }
      return true
    } catch {
      guard error.errno == .notSupportedOnSocket else { throw error }
      return false
    }
  }
}
