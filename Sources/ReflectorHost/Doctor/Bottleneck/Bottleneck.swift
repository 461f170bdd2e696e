internal import LinuxSystem
internal import XDPControl

/// What keeps a running reflector from doing more, told from its accounts at two moments.
package struct Bottleneck: Hashable, Sendable {
  /// The raw values are names for programs: they stay.
  package enum Cause: String, CaseIterable, Sendable {
    case noCarrier = "no_carrier"
    case noFrames = "no_frames"
    /// Frames come, and none of them is a test frame.
    case noTestFrames = "no_test_frames"
    /// Test frames come, and policy refuses them.
    case policy
    /// RSS feeds queues that have no socket.
    case otherQueues = "other_queues"
    case nicDrops = "nic_drops"
    case fillRing = "fill_ring"
    case rxRing = "rx_ring"
    /// Dropped by the kernel on the way to the socket for another reason.
    case kernelDrops = "kernel_drops"
    case refused
    case txRing = "tx_ring"
    case hotQueue = "hot_queue"
    case copyMode = "copy_mode"
    case none
  }

  /// A figure that the verdict goes by, over the time between the looks.
  package struct Evidence: Hashable, Sendable {
    /// In frames, where the name has no unit.
    package let name: String
    package let value: UInt64

    package init(name: String, value: UInt64) {
      self.name = name
      self.value = value
    }
  }

  package let cause: Cause
  /// One line.
  package let verdict: String
  package let remedy: Remedy?
  package let seconds: Double
  package let evidence: [Evidence]
  /// What else stands in the way, worst first.
  package let others: [Cause]

  package init(
    cause: Cause, verdict: String, remedy: Remedy?, seconds: Double, evidence: [Evidence], others: [Cause]
  ) {
    self.cause = cause
    self.verdict = verdict
    self.remedy = remedy
    self.seconds = seconds
    self.evidence = evidence
    self.others = others
  }
}

extension Bottleneck {
  /// The one with the most frames lost; where none is lost, what keeps it from being faster.
  package init(_ interval: AccountsInterval, _ examination: Examination) {
    let growth = AccountsGrowth(interval)
    let suspects =
      Suspect.silence(growth, examination)
      ?? (Suspect.losses(growth, examination).filter { $0.frames > 0 }.stablySorted { $0.frames > $1.frames }
        + Suspect.limits(growth, examination))
    let first = suspects.first ?? Suspect(.none, 0, "nothing: \(growth.reflected) of \(growth.redirected) came back")
    let drops = examination.nicDrops.map { Evidence(name: "nic.\($0.name)", value: $0.grown ?? 0) }
    self.init(
      cause: first.cause, verdict: first.verdict, remedy: first.remedy, seconds: interval.seconds,
      evidence: growth.evidence + drops, others: suspects.dropFirst().map(\.cause))
  }
}

extension Array {
  /// The library's own sort is stable, and doesn't promise it.
  fileprivate func stablySorted(_ isBefore: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { left, right in
      isBefore(left.element, right.element)
        || !isBefore(right.element, left.element) && left.offset < right.offset
    }.map(\.element)
  }
}

extension Examination {
  /// Counters of the NIC's that grew.
  var nicDrops: [DropCounters.Drop] {
    guard let earlier = survey.statistics.value, let later = laterStatistics.value else { return [] }
    return DropCounters.drops(earlier, later).filter { $0.grown ?? 0 > 0 }
  }
}
