import Glibc

/// CLOCK_MONOTONIC: the clock of the kernel's own times (`bpf_ktime_get_ns`), which nobody sets back.
package enum MonotonicClock {
  /// Nanoseconds since some moment before boot ended. Doesn't advance while the machine sleeps.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    // Can't fail: the clock exists on every Linux and the pointer is good.
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
