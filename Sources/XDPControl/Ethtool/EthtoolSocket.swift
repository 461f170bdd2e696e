import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The ethtool ioctl (SIOCETHTOOL): what it answers is older than netlink and there on every kernel.
///
/// For what has no netlink counterpart to this day (the driver's name, its counters, GRXRINGS) or got one only
/// lately (RSS). The channels come with the same few lines.
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
    try withUnsafeMutablePointer(to: &argument) { argument throws(SystemCallError) in
      try ask(call, of: name, at: UnsafeMutableRawPointer(argument))
    }
  }

  /// The same for a structure that ends in an array: 32-bit words, as most of them are.
  func ask(_ call: String, of name: String, words: inout [UInt32]) throws(SystemCallError) -> Bool {
    try ask(call, of: name, at: &words)
  }

  /// The same with the structure at an address, and enough memory there for the answer.
  func ask(
    _ call: String, of name: String, at argument: UnsafeMutableRawPointer
  ) throws(SystemCallError) -> Bool {
    var request = ifreq()
    let fits = withUnsafeMutableBytes(of: &request.ifr_ifrn) { field in
      // One byte less than there are: the last is its NUL.
      guard name.utf8.count < field.count else { return false }
      field.copyBytes(from: name.utf8)
      return true
    }
    guard fits else { throw SystemCallError("\(call) \(name)", .noSuchDevice) }
    request.ifr_ifru.ifru_data = argument.assumingMemoryBound(to: CChar.self)
    do {
      try check("\(call) \(name)") { ioctl(socket.rawValue, UInt(SIOCETHTOOL), &request) }
      return true
    } catch {
      guard error.errno == .notSupportedOnSocket else { throw error }
      return false
    }
  }
}
