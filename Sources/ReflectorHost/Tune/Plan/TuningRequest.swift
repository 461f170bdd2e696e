package import ReflectorXDP

/// What the user wants tuned, and for which reflector.
package struct TuningRequest: Hashable, Sendable {
  package var profile: TuningProfile
  /// Queues that get a worker, as in `attach --queues`; nil for all.
  package var queues: [Int]?
  /// CPUs for the workers in the order of the queues, as in `attach --cpus`; nil for those of the NIC's node.
  package var cpus: [Int]?
  /// Frames of each queue's UMEM, and bytes of each.
  package var frames = 4096
  package var chunkSize = 4096
  /// The reflector looks after `napi_defer_hard_irqs` by itself.
  package var busyPoll = false
  /// Sorts of settings to leave alone.
  package var skipped: Set<Setting.Group> = []
  /// If not nil, these and no others.
  package var only: Set<Setting.Group>?

  package init(profile: TuningProfile = .throughput) {
    self.profile = profile
  }

  /// Whether settings of this sort are to be set.
  ///
  /// A virtual device gets the host's own settings only where they are named: a laboratory's veth is no reason to
  /// take memory from the host, or to raise its clock.
  func includes(_ group: Setting.Group, isVirtualDevice: Bool) -> Bool {
    guard !skipped.contains(group) else { return false }
    if let only { return only.contains(group) }
    return !(isVirtualDevice && group.isHostWide)
  }
}

extension TuningRequest {
  /// For what `attach` is about to do.
  package init(_ configuration: Configuration, profile: TuningProfile) {
    self.init(profile: profile)
    queues = configuration.queues
    cpus = configuration.cpus
    frames = configuration.frames
    chunkSize = configuration.chunkSize
    busyPoll = configuration.busyPoll
  }
}
