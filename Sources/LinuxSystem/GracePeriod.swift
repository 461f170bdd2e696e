import CLinux
import Glibc

/// An RCU grace period: when it is over, no BPF program that was running before it runs any more.
package enum GracePeriod {
  /// Where the kernel can't be asked. A program runs for microseconds, and is never interrupted for long.
  private static let fallbackMicroseconds: UInt32 = 20_000

  /// Blocks for as long as it takes, which is some milliseconds.
  package static func wait() {
    if clinux_membarrier_global() != 0 { usleep(fallbackMicroseconds) }
  }
}
