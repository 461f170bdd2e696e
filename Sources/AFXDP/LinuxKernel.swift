import CLinux
import Glibc

/// The kernel itself: each call straight through.
@usableFromInline
package struct LinuxKernel: XSKKernel {
  package init() {}

  @usableFromInline
  package func raiseMemoryLockLimit() -> CInt {
    var limit = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
    if setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0 { return 0 }
    // Without CAP_SYS_RESOURCE: as far as the hard limit allows.
    guard getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0 else { return -1 }
    limit.rlim_cur = limit.rlim_max
    return setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit)
  }

  @usableFromInline
  package func socket() -> CInt {
    Glibc.socket(AF_XDP, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
  }

  @usableFromInline
  package func setOption(
    _ descriptor: CInt, level: CInt, option: CInt, value: UnsafeRawPointer, byteCount: socklen_t
  ) -> CInt {
    setsockopt(descriptor, level, option, value, byteCount)
  }

  @usableFromInline
  package func getOption(
    _ descriptor: CInt, level: CInt, option: CInt, value: UnsafeMutableRawPointer,
    byteCount: UnsafeMutablePointer<socklen_t>
  ) -> CInt {
    getsockopt(descriptor, level, option, value, byteCount)
  }

  @usableFromInline
  package func map(byteCount: Int, flags: CInt, descriptor: CInt, offset: Int) -> Int {
    Int(bitPattern: mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, descriptor, offset))
  }

  @usableFromInline
  package func preferNode(_ node: Int, address: UnsafeMutableRawPointer, byteCount: Int) -> CInt {
    clinux_prefer_node(address, byteCount, CInt(node))
  }

  @usableFromInline
  package func populate(_ address: UnsafeMutableRawPointer, byteCount: Int) -> CInt {
    madvise(address, byteCount, CInt(MADV_POPULATE_WRITE))
  }

  @usableFromInline
  package func bind(_ descriptor: CInt, _ address: sockaddr_xdp) -> CInt {
    withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_xdp>.size))
      }
    }
  }

  @inlinable
  package func kickTX(_ descriptor: CInt) -> Int {
    sendto(descriptor, nil, 0, CInt(MSG_DONTWAIT), nil, 0)
  }

  @inlinable
  package func kickRX(_ descriptor: CInt) -> Int {
    recvfrom(descriptor, nil, 0, CInt(MSG_DONTWAIT), nil, nil)
  }

  @inlinable
  package func poll(_ descriptors: UnsafeMutablePointer<pollfd>, count: Int, timeoutMilliseconds: CInt) -> CInt {
    Glibc.poll(descriptors, nfds_t(count), timeoutMilliseconds)
  }
}
