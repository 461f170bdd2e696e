import LinuxSystem
import SystemPackage

/// How an interface's interrupts give way to polling: what preferred busy polling (Linux 5.11) wants set.
///
/// After a few polls that found nothing, a queue would go back to interrupts, and the thread that polls would
/// compete with the softirq they start. With these two set the interrupt stays off and a timer stands in: it
/// polls only when the thread didn't for that long.
package struct NAPISettings: Hashable, Sendable {
  /// `napi_defer_hard_irqs`: empty polls after which interrupts come back on.
  package var deferHardIRQs: UInt64
  /// `gro_flush_timeout`, nanoseconds: the timer that polls meanwhile.
  package var groFlushTimeout: UInt64

  package init(deferHardIRQs: UInt64, groFlushTimeout: UInt64) {
    self.deferHardIRQs = deferHardIRQs
    self.groFlushTimeout = groFlushTimeout
  }

  /// What the kernel's documentation of busy polling recommends.
  package static let busyPolling = NAPISettings(deferHardIRQs: 2, groFlushTimeout: 200_000)

  private static let deferName = "napi_defer_hard_irqs"
  private static let flushName = "gro_flush_timeout"

  /// Reads both from the interface's directory in sysfs; nil when either isn't there (before 5.11).
  package init?(in device: borrowing Sysfs) {
    guard let deferHardIRQs = device.read(Self.deferName).flatMap({ UInt64($0) }) else { return nil }
    guard let groFlushTimeout = device.read(Self.flushName).flatMap({ UInt64($0) }) else { return nil }
    self.init(deferHardIRQs: deferHardIRQs, groFlushTimeout: groFlushTimeout)
  }

  /// Sets both. The kernel has no call for the pair: after an error the first may be set and not the second.
  package func apply(in device: borrowing Sysfs) throws(SystemCallError) {
    try device.write(Self.deferName, "\(deferHardIRQs)")
    try device.write(Self.flushName, "\(groFlushTimeout)")
  }
}
