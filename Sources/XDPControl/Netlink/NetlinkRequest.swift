import CMNL

/// A netlink message under construction, in memory of its own.
///
/// What doesn't fit is remembered instead of written, and refused when the message is sent: so putting
/// attributes needs no `try` on each line.
struct NetlinkRequest: ~Copyable {
  /// More than any message of ours: the longest, an RSS table, has 4 bytes a slot, and no driver over 4096 slots.
  private static let capacity = 32_768

  private let memory: UnsafeMutableRawPointer
  private let header: UnsafeMutablePointer<nlmsghdr>
  /// What it is and what about, for errors: `RTM_NEWLINK veth0`.
  let operation: String
  private(set) var isOverfull = false

  /// A message with its protocol's fixed header: `ifinfomsg`, `ifaddrmsg`, `genlmsghdr`. NLM_F_REQUEST
  /// and NLM_F_ACK are always set.
  ///
  /// With NLM_F_ACK every answer has an end, and waiting needs no knowledge of what the kernel sends.
  init<Header: BitwiseCopyable>(_ operation: String, type: Int, flags: Int = 0, _ fixed: Header) {
    self.operation = operation
    memory = .allocate(byteCount: Self.capacity, alignment: 8)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.capacity)
    header = mnl_nlmsg_put_header(memory)
    header.pointee.nlmsg_type = UInt16(truncatingIfNeeded: type)
    header.pointee.nlmsg_flags = UInt16(truncatingIfNeeded: flags) | UInt16(NLM_F_REQUEST) | UInt16(NLM_F_ACK)
    putHeader(fixed)
  }

  deinit {
    memory.deallocate()
  }

  /// A fixed header at the end of what is there: some attributes (VETH_INFO_PEER) have one inside.
  mutating func putHeader<Header: BitwiseCopyable>(_ fixed: Header) {
    let size = MemoryLayout<Header>.size
    guard Int(header.pointee.nlmsg_len) + NetlinkAttributes.aligned(size) <= Self.capacity else {
      isOverfull = true
      return
    }
    mnl_nlmsg_put_extra_header(header, size).storeBytes(of: fixed, as: Header.self)
  }

  /// Numbers go in the host's byte order, which is netlink's.
  mutating func put(_ type: Int, _ value: UInt8) {
    note(mnl_attr_put_u8_check(header, Self.capacity, UInt16(type), value))
  }

  mutating func put(_ type: Int, _ value: UInt32) {
    note(mnl_attr_put_u32_check(header, Self.capacity, UInt16(type), value))
  }

  /// With its NUL at the end.
  mutating func put(_ type: Int, _ text: String) {
    note(mnl_attr_put_strz_check(header, Self.capacity, UInt16(type), text))
  }

  /// As they are: hardware and IP addresses, in wire order.
  mutating func put(_ type: Int, _ bytes: [UInt8]) {
    note(mnl_attr_put_check(header, Self.capacity, UInt16(type), bytes.count, bytes))
  }

  /// An attribute that holds what `body` puts.
  mutating func nest(_ type: Int, _ body: (inout NetlinkRequest) -> Void) {
    guard let start = mnl_attr_nest_start_check(header, Self.capacity, UInt16(type)) else {
      isOverfull = true
      return
    }
    body(&self)
    mnl_attr_nest_end(header, start)
  }

  private mutating func note(_ fitted: Bool) {
    if !fitted { isOverfull = true }
  }

  /// The finished message with its sequence number, for as long as `body` runs.
  func withMessage<Failure: Error>(
    sequence: UInt32, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    header.pointee.nlmsg_seq = sequence
    try body(UnsafeRawBufferPointer(start: memory, count: Int(header.pointee.nlmsg_len)))
  }
}
