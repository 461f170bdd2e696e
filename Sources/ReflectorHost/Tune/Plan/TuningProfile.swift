internal import XDPControl

/// What is aimed at, and the values that come of it.
///
/// The numbers are from what is around them: how many frames a queue brings in a microsecond, how many frames a UMEM
/// has, what drivers take. docs/tuning.md has the sources.
package enum TuningProfile: String, CaseIterable, Sendable {
  /// As many frames a second as can be had, with no loss in a burst.
  case throughput
  /// The shortest and steadiest way there and back.
  case latency

  /// Descriptors in the NIC's RX and TX rings, at least.
  ///
  /// throughput: 2048 bridge 1.4 ms at 1.488 Mpps (1 Gbit/s of 60-byte frames), 138 µs at 14.88 Mpps: a worker that
  /// is scheduled out for a tick's length loses nothing at 1 Gbit/s. More only helps longer gaps, and each ring's
  /// frames are walked in turn: 2048 of 2 KiB are 4 MiB, beyond most L2 caches already.
  /// latency: 512, what most drivers start with.
  var leastRing: Int {
    switch self {
    case .throughput: 2048
    case .latency: 512
    }
  }

  /// Descriptors in the RX ring, at most: what lies in a long ring waits, and its frames have left the cache.
  /// throughput has no limit of its own, only half the UMEM: the driver keeps its ring filled from the UMEM's
  /// frames, and a ring as large as the UMEM leaves none that could be on their way out.
  var mostReceiveRing: Int? {
    switch self {
    case .throughput: nil
    case .latency: 1024
    }
  }

  /// What the NIC does before it interrupts, of what the driver has.
  ///
  /// throughput: adaptive where there is such a thing, it waits when there is much and doesn't when there is little;
  /// otherwise 50 µs, which at 14.88 Mpps are 744 frames: well within a ring of 2048, and 20,000 interrupts a second
  /// instead of hundreds of thousands.
  /// latency: not at all. Under load NAPI polls anyway, without interrupts, so this costs CPU time only at low rates.
  /// TX coalescing stays: it delays when frames are free again, not when they leave. Some drivers have one value for
  /// both, and refuse another for TX (igb, ixgbe).
  func coalescing(_ now: Coalescing) -> Coalescing {
    switch self {
    case .throughput where now.isReceiveAdaptive != nil: Coalescing(isReceiveAdaptive: true)
    case .throughput: Coalescing(receiveMicroseconds: now.receiveMicroseconds == nil ? nil : 50)
    case .latency:
      Coalescing(
        receiveMicroseconds: now.receiveMicroseconds == nil ? nil : 0,
        isReceiveAdaptive: now.isReceiveAdaptive == nil ? nil : false)
    }
  }

  /// How interrupts give way to a timer.
  ///
  /// throughput: a queue that ran empty is polled again every 20 µs, eight times, before its interrupt comes back:
  /// between bursts nobody pays for interrupts. (VPP's AF_XDP measurements use the same two; with
  /// `--busy-poll` the reflector sets its own pair.)
  /// latency: none. A frame that arrives in the meantime would wait for the timer.
  ///
  /// A device without interrupts has nothing to defer: on a veth the timer is all that is left, and made a round
  /// trip of 2 µs one of 211. There it is none for both.
  func napi(hasInterrupts: Bool) -> NAPISettings {
    switch self {
    case .throughput where hasInterrupts: NAPISettings(deferHardIRQs: 8, groFlushTimeout: 20_000)
    case .throughput, .latency: NAPISettings(deferHardIRQs: 0, groFlushTimeout: 0)
    }
  }

  /// Both: a CPU that saves energy between two frames is slow for the second.
  static let governor = "performance"

  /// Off for both.
  /// - rx-lro, rx-gro-hw: frames that the NIC has merged can't go back as they came; drivers refuse native XDP.
  /// - rx-vlan-hw-parse: a tag that the NIC took off isn't on the frame that goes back.
  static let harmfulFeatures = ["rx-lro", "rx-gro-hw", "rx-vlan-hw-parse"]
}
