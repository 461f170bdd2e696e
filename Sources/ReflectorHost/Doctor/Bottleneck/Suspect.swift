internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// Something that may hold the reflector back, with what speaks for it.
struct Suspect {
  let cause: Bottleneck.Cause
  /// Lost by it in the time between the looks.
  let frames: UInt64
  let verdict: String
  let remedy: Remedy?

  init(_ cause: Bottleneck.Cause, _ frames: UInt64, _ verdict: String, _ remedy: Remedy? = nil) {
    self.cause = cause
    self.frames = frames
    self.verdict = verdict
    self.remedy = remedy
  }

  /// Nothing to reflect comes at all; nil if something does.
  static func silence(_ growth: AccountsGrowth, _ examination: Examination) -> [Suspect]? {
    let commands = examination.commands
    if growth.seen == 0 {
      guard examination.interface.hasCarrier else {
        return [Suspect(.noCarrier, 0, "no frames arrive: there is no link", Remedy(plain: commands.showLink()))]
      }
      let drops = nicDrops(examination)
      guard drops.frames == 0 else { return [drops] }
      let verdict = "no frames arrive: look at the tester, its VLAN and the switch"
      return [Suspect(.noFrames, 0, verdict, Remedy(plain: commands.showLink()))]
    }
    guard growth.redirected == 0, growth.withoutSocket == 0, growth.refusedByPolicy.isEmpty else { return nil }
    let most = growth.passed.max { ($0.value, $1.key) < ($1.value, $0.key) }
    let reason = most.map { "\($0.value) of \(growth.seen) pass as \($0.key)" } ?? "\(growth.seen) pass"
    return [Suspect(.noTestFrames, 0, "no test frames arrive: \(reason)", Remedy(ours: commands.ours("stats")))]
  }

  // MARK: Losses

  /// In the order of a frame's way, each with what it costs; 0 for those that cost nothing.
  static func losses(_ growth: AccountsGrowth, _ examination: Examination) -> [Suspect] {
    [
      policy(growth, examination), otherQueues(growth, examination), nicDrops(examination),
      fillRing(growth, examination),
      rxRing(growth, examination), kernelDrops(growth, examination),
      Suspect(
        .refused, growth.refused,
        "the device refuses frames: \(growth.refused) of \(growth.reflected); it, or its far end, is too slow"),
    ]
  }

  private static func policy(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect {
    let refused = growth.refusedByPolicy
    let lost = refused.values.reduce(0, &+)
    let most = refused.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    let command =
      switch most {
      case "denied_mac", "denied_source": "deny list"
      case "other_source", "own_ip": "allow list"
      case "other_destination": "allow list --destination"
      case "loop", "storm", "hop_limit": "flows"
      default: "limits"
      }
    return Suspect(
      .policy, lost, "policy refuses \(lost) of \(lost &+ growth.redirected) test frames, most of them as \(most)",
      Remedy(ours: examination.commands.ours(command)))
  }

  private static func otherQueues(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect {
    let lost = growth.withoutSocket
    let queues = examination.setup.queues
    let isFirst = queues == Array(0..<queues.count)
    let plain = isFirst ? examination.commands.ethtool("-X", "equal \(queues.count)") : nil
    return Suspect(
      .otherQueues, lost,
      "RSS feeds queues without a socket: \(lost) of \(lost &+ growth.redirected) test frames pass to the stack",
      Remedy(ours: examination.commands.ours("attach"), plain: plain))
  }

  /// By the counter that grew most: some drivers count a frame in several. What XDP itself drops, and what isn't
  /// sent, is in other accounts.
  private static func nicDrops(_ examination: Examination) -> Suspect {
    let worst = examination.nicDrops.filter { $0.meaning != .program && $0.meaning != .transmit }
      .max { $0.grown ?? 0 < $1.grown ?? 0 }
    return Suspect(
      .nicDrops, worst?.grown ?? 0,
      "the NIC drops frames: " + (worst.map { "\($0.grown ?? 0) by \($0.name): \($0.meaning.rawValue)" } ?? ""),
      Remedy(ours: examination.commands.ours("tune"), plain: examination.commands.ethtool("-S")))
  }

  /// In copy mode these are in rx_dropped too; in zero-copy mode the frame never came to the program.
  private static func fillRing(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect {
    let lost = growth.xsk["rx_fill_ring_empty_descs"] ?? 0
    return Suspect(
      .fillRing, lost, "the fill ring runs empty: \(lost) times; the workers are too slow, or have too few frames",
      moreFrames(examination))
  }

  private static func rxRing(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect {
    let lost = growth.xsk["rx_ring_full"] ?? 0
    return Suspect(
      .rxRing, lost, "the RX ring is full: \(lost) frames dropped; the workers are too slow for such bursts",
      moreFrames(examination))
  }

  private static func kernelDrops(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect {
    let dropped = growth.xsk["rx_dropped"] ?? 0
    let explained = growth.copied.isEmpty ? 0 : growth.xsk["rx_fill_ring_empty_descs"] ?? 0
    let lost = dropped - min(dropped, explained)
    return Suspect(
      .kernelDrops, lost, "the kernel drops \(lost) frames before the socket: too long for a chunk, most likely",
      tooLong(examination))
  }

  /// Attached anew, it takes what the MTU lets come, as far as the driver does. Zero-copy may not.
  private static func tooLong(_ examination: Examination) -> Remedy {
    examination.commands.attach("--mode copy", plain: examination.commands.link("mtu 1500"))
  }

  private static func moreFrames(_ examination: Examination) -> Remedy? {
    let frames = min(examination.setup.frames * 4, 65536)
    return frames > examination.setup.frames ? examination.commands.attach("--frames \(frames)") : nil
  }

  // MARK: Limits

  /// What costs no frame yet.
  static func limits(_ growth: AccountsGrowth, _ examination: Examination) -> [Suspect] {
    [txRing(growth), hotQueue(growth, examination), copyMode(growth, examination)].compactMap { $0 }
  }

  private static func txRing(_ growth: AccountsGrowth) -> Suspect? {
    guard growth.held > 0 else { return nil }
    return Suspect(
      .txRing, 0, "the TX ring is full at times: frames waited in \(growth.held) turns; the line or the driver is full")
  }

  /// Fewer frames than this say nothing about shares.
  private static let enough: UInt64 = 100

  private static func hotQueue(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect? {
    let queues = growth.byQueue.count
    guard queues > 1, growth.received >= enough, let hottest = growth.byQueue.max(by: { $0.value < $1.value }) else {
      return nil
    }
    let share = Double(hottest.value) / Double(growth.received)
    guard share > 1.5 / Double(queues) else { return nil }
    return Suspect(
      .hotQueue, 0,
      "one queue is hot: queue \(hottest.key) takes \(Int((share * 100).rounded()))% of the frames of \(queues)",
      examination.commands.tune(examination.commands.ethtool("-N", "rx-flow-hash udp4 sdfn")))
  }

  /// A limit only where zero-copy might be had.
  private static func copyMode(_ growth: AccountsGrowth, _ examination: Examination) -> Suspect? {
    guard !growth.copied.isEmpty else { return nil }
    let isClaimed = examination.survey.xdpFeatures.value?.actions.contains(.xskZeroCopy) == true
    guard isClaimed else { return nil }
    return Suspect(
      .copyMode, 0, "copy mode: each frame is copied twice on queues \(IndexList(unique: growth.copied))",
      examination.commands.attach("--mode zero-copy"))
  }
}
