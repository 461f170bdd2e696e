internal import LinuxSystem
internal import XDPControl

/// How many channels the interface is to have, and which CPUs work for them.
struct ChannelPlan: Hashable, Sendable {
  /// CPUs for the workers, in turn; never empty.
  let cpus: [Int]
  /// The counts to set; nil leaves them as they are.
  let counts: SettingValue.ChannelCounts?
  /// RX queues then.
  let receiveQueues: Int
  /// Of those, the ones with a worker.
  let workerQueues: [Int]
  let notes: [String]

  init(_ survey: HostSurvey, _ request: TuningRequest) {
    cpus = Self.cpus(survey, wanted: request.cpus)
    let now = survey.receiveQueues.value?.inUse ?? 1
    var notes: [String] = []
    var counts = Self.counts(survey, request, cpus: cpus.count, &notes)
    if !request.includes(.channels, isVirtualDevice: survey.isVirtualDevice) { counts = nil }
    self.counts = counts
    receiveQueues = counts?.receiveQueues ?? now
    let queues = max(1, receiveQueues)
    workerQueues = request.queues?.filter { $0 < queues } ?? Array(0..<queues)
    if let missing = request.queues?.first(where: { $0 >= queues }) {
      notes.append("there is no queue \(missing), and can't be: there are \(queues), 0 to \(queues - 1)")
    }
    let allowed = survey.allowedCPUs.value ?? cpus
    if request.cpus == nil, cpus != allowed {
      notes.append("the NIC's memory node has the CPUs \(IndexList(unique: cpus)): attach with --cpus of these")
    }
    self.notes = notes
  }

  /// Those that were named, else all that this process may use on the NIC's memory node: what the NIC writes is in
  /// that node's memory and cache.
  private static func cpus(_ survey: HostSurvey, wanted: [Int]?) -> [Int] {
    if let wanted, !wanted.isEmpty { return wanted }
    let allowed = survey.allowedCPUs.value ?? survey.cpus.value?.map(\.index) ?? []
    guard !allowed.isEmpty else { return [0] }
    guard let node = survey.numaNode.value, let all = survey.cpus.value else { return allowed }
    let near = Set(all.filter { $0.numaNode == node }.map(\.index))
    let both = allowed.filter(near.contains)
    return both.isEmpty ? allowed : both
  }

  private static func counts(
    _ survey: HostSurvey, _ request: TuningRequest, cpus: Int, _ notes: inout [String]
  ) -> SettingValue.ChannelCounts? {
    guard let channels = survey.channels.value else { return nil }
    let now = channels.current
    var counts = SettingValue.ChannelCounts(now)
    if channels.maximum.combined > 0 {
      let most = mostCombined(channels, survey)
      counts.combined = wanted(request, most: most, cpus: cpus, now: now.combined)
    } else {
      // A veth, or a driver with queues of one direction. Never fewer: the other end of a veth sends to them all.
      let most = min(channels.maximum.receive, channels.maximum.transmit)
      // Native XDP wants a veth to have as many RX queues as the far end has TX queues (ENOSPC), which can't be seen
      // from here: all that there are will do.
      let isVeth = survey.interface.kind == "veth"
      let both = isVeth ? most : wanted(request, most: most, cpus: cpus, now: min(now.receive, now.transmit))
      counts.receive = max(now.receive, both)
      counts.transmit = max(now.transmit, both)
    }
    guard counts != SettingValue.ChannelCounts(now) else { return counts }
    // The kernel refuses to take a queue from a socket, and drivers to change anything under a program.
    if survey.attachedProgram != .absent {
      notes.append("an XDP program is attached: the channels stay as they are until it is gone")
      return nil
    }
    if counts.receiveQueues < now.receiveQueues, !survey.xskHolders.isEmpty {
      let holders = survey.xskHolders.map(\.description).joined(separator: ", ")
      notes.append("AF_XDP sockets are held by \(holders): the channels aren't made fewer")
      return nil
    }
    return counts
  }

  /// One for each CPU; with queues that were named, as many as these need.
  private static func wanted(_ request: TuningRequest, most: Int, cpus: Int, now: Int) -> Int {
    guard most > 0 else { return now }
    guard let queues = request.queues, let last = queues.max() else { return max(1, min(cpus, most)) }
    return max(now, min(last + 1, most))
  }

  /// virtio_net wants TX queues of its own for XDP, one for each CPU that there can be. Before Linux 5.13 it refused
  /// a native program without them ("Too few free TX rings available"), so they are left free there. Since then it
  /// shares queues instead, under a lock, and only for XDP_TX and redirects to devices: which a reflector has none of.
  private static func mostCombined(_ channels: Channels, _ survey: HostSurvey) -> Int {
    let most = channels.maximum.combined
    guard survey.driver.value?.name == "virtio_net", let kernel = survey.kernel.value else { return most }
    guard kernel < KernelRelease(5, 13) else { return most }
    return max(1, most - (survey.cpus.value?.count ?? 1))
  }
}
