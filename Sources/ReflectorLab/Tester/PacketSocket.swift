import CLinux
import Glibc
import LinuxSystem

/// What AF_PACKET sockets have in common.
enum PacketSocket {
  static func open(_ index: CInt, protocol: CInt) throws(SystemCallError) -> OwnedDescriptor {
    let wire = UInt16(truncatingIfNeeded: `protocol`).bigEndian
    let type = CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    // Without a protocol until it is bound: else it would take in frames of every interface.
    let handle = OwnedDescriptor(try check("socket AF_PACKET") { socket(AF_PACKET, type, 0) })
    var address = sockaddr_ll()
    address.sll_family = UInt16(AF_PACKET)
    address.sll_protocol = wire
    address.sll_ifindex = index
    try check("bind AF_PACKET") {
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(handle.rawValue, $0, socklen_t(MemoryLayout<sockaddr_ll>.size))
        }
      }
    }
    return handle
  }

  /// A group takes no notice of its sockets' PACKET_IGNORE_OUTGOING, and has a flag of its own for it
  /// only on newer kernels. A filter does it on all of them.
  static func leaveOutOutgoing(_ handle: borrowing OwnedDescriptor) throws(SystemCallError) {
    let packetType = UInt32(bitPattern: SKF_AD_OFF + SKF_AD_PKTTYPE)
    var filter = [
      sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: packetType),
      sock_filter(code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: 0, jf: 1, k: UInt32(PACKET_OUTGOING)),
      sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0),
      sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: .max),
    ]
    let rawValue = handle.rawValue
    try check("setsockopt SO_ATTACH_FILTER") {
      filter.withUnsafeMutableBufferPointer { instructions in
        var program = sock_fprog(len: UInt16(instructions.count), filter: instructions.baseAddress)
        return setsockopt(rawValue, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<sock_fprog>.size))
      }
    }
  }

  static func set(
    _ handle: borrowing OwnedDescriptor, _ name: String, _ level: CInt, _ option: CInt, _ value: CInt
  ) throws(SystemCallError) {
    try set(handle.rawValue, name, level, option, value)
  }

  static func set(
    _ handle: CInt, _ name: String, _ level: CInt, _ option: CInt, _ value: CInt
  ) throws(SystemCallError) {
    try check("setsockopt \(name)") {
      withUnsafePointer(to: value) { setsockopt(handle, level, option, $0, socklen_t(MemoryLayout<CInt>.size)) }
    }
  }
}
