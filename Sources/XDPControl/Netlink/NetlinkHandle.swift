import CLinux
import CMNL
import Glibc
import LinuxSystem
import SystemPackage

/// libmnl's socket with one owner, in the network namespace in which it was opened, for good.
struct NetlinkHandle: ~Copyable {
  private let socket: OpaquePointer

  /// `bus` is NETLINK_ROUTE or NETLINK_GENERIC; `flags` go beside SOCK_CLOEXEC.
  init(bus: CInt, flags: CInt = 0) throws(SystemCallError) {
    var opened: OpaquePointer?
    try check("socket AF_NETLINK") {
      opened = mnl_socket_open2(bus, CInt(SOCK_CLOEXEC.rawValue) | flags)
      return opened == nil ? -1 : 0
    }
    guard let opened else { throw SystemCallError("socket AF_NETLINK", .badFileDescriptor) }
    socket = opened
  }

  deinit {
    _ = mnl_socket_close(socket)
  }

  var fileDescriptor: CInt { mnl_socket_get_fd(socket) }
  var portID: UInt32 { mnl_socket_get_portid(socket) }

  /// Chooses the port id and joins the multicast groups (a mask, RTMGRP_*).
  func bind(groups: UInt32 = 0) throws(SystemCallError) {
    try check("bind AF_NETLINK") { mnl_socket_bind(socket, groups, 0) }
  }

  /// An option of SOL_NETLINK.
  func set(_ option: CInt, _ value: CInt, named name: String) throws(SystemCallError) {
    var value = value
    try check("setsockopt \(name)") { mnl_socket_setsockopt(socket, option, &value, 4) }
  }

  func send(_ message: UnsafeRawBufferPointer) throws(SystemCallError) {
    try checkRetrying("send AF_NETLINK") { mnl_socket_sendto(socket, message.baseAddress, message.count) }
  }

  /// Receives one datagram; the number of bytes. A longer one than fits is ENOSPC (libmnl's word for it).
  func receive(into bytes: inout [UInt8]) throws(SystemCallError) -> Int {
    try checkRetrying("recv AF_NETLINK") { mnl_socket_recvfrom(socket, &bytes, bytes.count) }
  }
}
