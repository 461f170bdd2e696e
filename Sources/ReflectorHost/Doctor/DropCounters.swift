internal import XDPControl

/// What drivers count in `ethtool -S` when they drop a frame, and what each name means.
///
/// Each driver has its own names; the same name means the same in all that use it.
enum DropCounters {
  /// What it means, and what to do about it.
  enum Meaning: String, CaseIterable, Sendable {
    case noDescriptor = "the RX ring was full: larger rings, more queues, or a worker that is too slow"
    case noMemory = "the driver had no memory for a frame"
    case overrun = "the NIC's own memory overflowed: PCIe or memory too slow, or no pause frames"
    case program = "dropped by XDP: the socket's ring was full, or a program drops"
    case damaged = "frames came damaged: cable, module, duplex"
    case length = "frames longer or shorter than the NIC takes: MTU"
    case transmit = "not sent: the TX ring was full, or the link down"
  }

  struct Drop: Hashable, Sendable {
    let name: String
    let count: UInt64
    /// Over the time between two looks; nil with one look.
    let grown: UInt64?
    let meaning: Meaning
  }

  /// Whole names.
  private static let names: [String: Meaning] = [
    "rx_missed_errors": .noDescriptor, "rx_missed": .noDescriptor, "rx_out_of_buffer": .noDescriptor,
    "rx_no_dma_resources": .noDescriptor, "rx_discards_phy": .overrun, "port.rx_discards": .overrun,
    "rx_dropped.nic": .overrun, "rx_dropped": .noDescriptor, "port.rx_dropped": .noDescriptor,
    "rx_no_buffer_count": .noDescriptor, "rx_fifo_errors": .overrun, "rx_over_errors": .overrun,
    "rx_queue_dropped_packet_count": .noDescriptor, "rx_hw_dropped": .overrun, "rx_overruns": .overrun,
    "alloc_rx_buff_failed": .noMemory, "alloc_rx_page_failed": .noMemory, "rx_alloc_failed": .noMemory,
    "rx_buff_alloc_err": .noMemory, "rx_alloc_fail": .noMemory, "xdp_drops": .program, "rx_xdp_drops": .program,
    "rx_xdp_drop": .program, "rx_xdp_redirect_fail": .program, "rx_xdp_redirect_errors": .program,
    "rx_xsk_xdp_drop": .program, "rx_xsk_buff_alloc_err": .noDescriptor, "rx_crc_errors": .damaged,
    "rx_crc_errors_phy": .damaged, "port.rx_crc_errors": .damaged, "rx_align_errors": .damaged,
    "rx_frame_errors": .damaged, "rx_symbol_err_phy": .damaged, "rx_length_errors": .length,
    "rx_long_length_errors": .length, "rx_short_length_errors": .length, "rx_oversize_pkts_phy": .length,
    "port.rx_oversize": .length, "port.rx_undersize": .length, "port.rx_length_errors": .length,
    "tx_dropped": .transmit, "tx_fifo_errors": .transmit, "tx_aborted_errors": .transmit,
    "tx_carrier_errors": .transmit, "tx_timeout_count": .transmit, "tx_queue_dropped": .transmit,
    "tx_xdp_full": .transmit, "tx_xdp_err": .transmit, "rx_xdp_tx_errors": .transmit,
    "peer_xdp_xmit_err": .transmit,
  ]

  /// Ends of names that carry a queue's number: `rx_queue_0_drops`, `rx0_xdp_drop`, `rx_queue_3_alloc_failed`.
  private static let ends: [(String, Meaning)] = [
    ("xdp_drops", .program), ("xdp_drop", .program), ("xdp_redirect_fail", .program), ("buff_alloc_err", .noMemory),
    ("alloc_failed", .noMemory), ("no_buffer_count", .noDescriptor), ("drops", .noDescriptor),
    ("xdp_tx_drops", .transmit),
  ]

  static func meaning(of name: String) -> Meaning? {
    if let meaning = names[name] { return meaning }
    guard name.contains(where: \.isNumber) else { return nil }
    if name.hasPrefix("tx"), ["drops", "dropped", "xdp_tx_drops"].contains(where: name.hasSuffix) { return .transmit }
    return name.hasPrefix("rx") ? ends.first { name.hasSuffix($0.0) }?.1 : nil
  }

  /// Those that count something, in the driver's order.
  static func drops(_ earlier: [NICStatistic], _ later: [NICStatistic]?) -> [Drop] {
    let before = Dictionary(earlier.map { ($0.name, $0.value) }) { first, _ in first }
    return (later ?? earlier).compactMap { statistic in
      guard statistic.value > 0, let meaning = meaning(of: statistic.name) else { return nil }
      // A counter may start anew, when the driver resets.
      let grown = later.map { _ in statistic.value - min(before[statistic.name] ?? 0, statistic.value) }
      return Drop(name: statistic.name, count: statistic.value, grown: grown, meaning: meaning)
    }
  }
}
