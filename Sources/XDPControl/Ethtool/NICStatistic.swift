/// One of the driver's own counters (ETHTOOL_GSTATS, `ethtool -S`).
package struct NICStatistic: Hashable, Sendable {
  /// The driver's name for it: `rx_no_buffer_count`. Each driver has its own.
  package let name: String
  package let value: UInt64

  package init(name: String, value: UInt64) {
    self.name = name
    self.value = value
  }
}
