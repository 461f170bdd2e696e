import CLinux
import CMNL
import Glibc
import LinuxSystem
import SystemPackage

/// Something happened to an interface.
package enum LinkEvent: Hashable, Sendable {
  /// Its state now; not every event changes any of these. `hasCarrier` is false while it is down.
  case changed(index: CInt, isUp: Bool, hasCarrier: Bool, mtu: UInt32?)
  /// Unregistered, or moved to another namespace.
  case removed(index: CInt)
  /// It got an IP address, or lost one.
  case addresses(index: CInt)
  /// The kernel had more to say than the socket could hold, and dropped some of it (ENOBUFS): read the
  /// state of all interfaces again with ``Interface/all()``.
  case overflowed
}

/// Tells of changes to the interfaces of the namespace in which it was made, and to their IP addresses (RTMGRP_LINK,
/// RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR).
///
/// Start it before reading the state that it is to keep current, or a change in between is lost:
///
/// ```swift
/// var monitor = try LinkMonitor()
/// var interface = try Interface.find("eth0")
/// // poll monitor.fileDescriptor, and when it is readable:
/// while let event = try monitor.next() { ... }
/// ```
package struct LinkMonitor: ~Copyable {
  private let handle: NetlinkHandle
  private var pending: [LinkEvent] = []
  private var datagram = [UInt8](repeating: 0, count: 65_536)

  /// Needs no capability.
  package init() throws(NetlinkError) {
    do {
      let handle = try NetlinkHandle(bus: NETLINK_ROUTE, flags: CInt(SOCK_NONBLOCK.rawValue))
      try handle.bind(groups: UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
      self.handle = handle
    } catch {
      throw NetlinkError(error)
    }
  }

  /// Readable (POLLIN) when there is an event, POLLERR after an overflow; for `poll`, not for reading.
  package var fileDescriptor: CInt { handle.fileDescriptor }

  /// The next event, in the kernel's order; nil when there is none now. Never blocks.
  ///
  /// Call it until it answers nil: one datagram may hold several, and `poll` knows nothing of them.
  package mutating func next() throws(NetlinkError) -> LinkEvent? {
    while pending.isEmpty {
      do {
        let length = try handle.receive(into: &datagram)
        pending = Self.events(in: datagram.span.bytes.extracting(0..<length))
      } catch {
        switch error.errno {
        case .resourceTemporarilyUnavailable: return nil
        // ENOSPC: longer than 64 KiB. What it said is lost all the same.
        case .noBufferSpace, .noSpace: return .overflowed
        default: throw NetlinkError(error)
        }
      }
    }
    return pending.removeFirst()
  }

  /// The events of one datagram.
  static func events(in bytes: RawSpan) -> [LinkEvent] {
    var events: [LinkEvent] = []
    NetlinkMessages.forEach(in: bytes) { header, payload in
      if let event = event(header, payload) { events.append(event) }
    }
    return events
  }

  /// What a message of the group says; nil for other messages and for those cut short.
  static func event(_ header: NetlinkHeader, _ payload: RawSpan) -> LinkEvent? {
    if header.type == Int(RTM_NEWADDR) || header.type == Int(RTM_DELADDR) {
      return AddressHeader(payload).map { .addresses(index: $0.index) }
    }
    guard let fixed = LinkHeader(payload) else { return nil }
    switch header.type {
    // Bridges and the like announce their ports' changes with the same messages.
    case _ where fixed.family != AF_UNSPEC: return nil
    case Int(RTM_DELLINK): return .removed(index: fixed.index)
    case Int(RTM_NEWLINK): break
    default: return nil
    }
    var mtu: UInt32?
    NetlinkAttributes.forEach(in: payload.extracting(droppingFirst: LinkHeader.size)) { type, value in
      if type == Int(IFLA_MTU) { mtu = value.u32() }
    }
    return .changed(index: fixed.index, isUp: fixed.isUp, hasCarrier: fixed.hasCarrier, mtu: mtu)
  }
}
