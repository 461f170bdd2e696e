import CLinux

/// What the kernel counts for one socket (`SOL_XDP`, `XDP_STATISTICS`), in frames unless said otherwise.
/// Totals since the socket was opened.
package struct XSKStatistics: Sendable, Hashable {
  /// Dropped on receiving: too long for a chunk, and the like.
  package var rxDropped: UInt64 = 0
  /// Bad addresses found in the fill ring.
  package var rxInvalidDescriptors: UInt64 = 0
  /// Bad TX descriptors. Such a frame is never completed: each is lost for good.
  package var txInvalidDescriptors: UInt64 = 0
  /// Dropped because the RX ring was full.
  package var rxRingFull: UInt64 = 0
  /// Dropped because the fill ring was empty.
  package var fillRingEmpty: UInt64 = 0
  /// Times the kernel found the TX ring empty. Harmless.
  package var txRingEmpty: UInt64 = 0

  init(_ kernel: xdp_statistics) {
    rxDropped = kernel.rx_dropped
    rxInvalidDescriptors = kernel.rx_invalid_descs
    txInvalidDescriptors = kernel.tx_invalid_descs
    rxRingFull = kernel.rx_ring_full
    fillRingEmpty = kernel.rx_fill_ring_empty_descs
    txRingEmpty = kernel.tx_ring_empty_descs
  }
}
