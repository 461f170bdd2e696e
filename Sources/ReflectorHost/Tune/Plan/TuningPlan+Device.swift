internal import LinuxSystem
internal import XDPControl

extension TuningPlan.Draft {
  private var profile: TuningProfile { request.profile }

  /// What the NIC does to frames, and how many it holds.
  mutating func planDevice() {
    planFeatures()
    planPause()
    planRings()
    if let now = survey.coalescing.value {
      let new = profile.coalescing(now)
      if new != Coalescing() {
        want(
          .coalescing, .coalescing(new),
          profile == .latency ? "each frame is told of at once" : "fewer interrupts when there is much")
      }
    }
  }

  private mutating func planFeatures() {
    for name in TuningProfile.harmfulFeatures {
      // A veth strips no tag from what it receives, though it says so: only the host's own VLAN device does.
      if name == "rx-vlan-hw-parse", survey.interface.kind == "veth" { continue }
      guard let feature = survey.features.value?.byName[name], feature.isChangeable else { continue }
      let why = name == "rx-vlan-hw-parse" ? "tags have to come back" : "merged frames can't go back as they came"
      want(.feature(name), .isOn(false), why)
    }
    // A promiscuous interface gets all VLANs as it is.
    if let filter = survey.features.value?.byName["rx-vlan-filter"], filter.isChangeable,
      !survey.interface.isPromiscuous
    {
      want(.feature("rx-vlan-filter"), .isOn(false), "test frames of any VLAN have to arrive")
    }
    if survey.peerTransmitChecksum.value?.isChangeable == true {
      want(.peerChecksum, .isOn(false), "the far end leaves UDP checksums unfinished")
    }
  }

  /// Whether the pause directions were agreed upon with the far end can't be set here on some NICs, only kept: they
  /// want `ethtool -s` for it. The others take no direction while it is on.
  private static let keepsPauseNegotiation: Set = ["i40e", "ice"]

  private mutating func planPause() {
    guard let now = survey.pause.value else { return }
    var new = PauseSettings(isAutonegotiated: now.isAutonegotiated, receive: false, transmit: false)
    if now.receive || now.transmit, !Self.keepsPauseNegotiation.contains(survey.driver.value?.name ?? "") {
      new.isAutonegotiated = false
    }
    want(.pause, .pause(new), "a NIC that stops its tester, or is stopped, spoils the measurement")
  }

  private mutating func planRings() {
    guard let rings = survey.rings.value else { return }
    func size(_ now: Int?, _ maximum: Int?, most: Int) -> Int? {
      guard let now, let maximum, maximum > 0 else { return nil }
      return min(max(now, profile.leastRing), most, maximum)
    }
    // Never below what the driver may start with.
    let half = max(request.frames / 2, 64)
    let receive = size(rings.receive, rings.receiveMaximum, most: min(half, profile.mostReceiveRing ?? .max))
    let transmit = size(rings.transmit, rings.transmitMaximum, most: .max)
    guard receive != nil || transmit != nil else { return }
    want(
      .rings,
      .rings(RingSizes(receive: receive, transmit: transmit, receiveMaximum: nil, transmitMaximum: nil)),
      profile == .latency
        ? "no frame waits in a long ring"
        : "room for a burst, and no more than half the UMEM's \(request.frames) frames")
  }

  /// Channels, and what spreads frames over them.
  mutating func planQueues() {
    if let counts = channels.counts {
      want(.channels, .channels(counts), "a queue for each worker's CPU")
    }
    planTable()
    guard channels.receiveQueues > 1 else { return }
    for flow in HashedFlow.allCases {
      guard let now = survey.hashFields[flow]?.value else { continue }
      // More than that spreads no worse.
      let new: HashFields = now.isSuperset(of: .addressesAndPorts) ? now : .addressesAndPorts
      want(.hashFields(flow), .hashFields(new), "the streams of one tester spread by their ports")
    }
  }

  private mutating func planTable() {
    guard let table = survey.rss.value, !table.queues.isEmpty else { return }
    let queues = workers.map(\.queue).filter { $0 < channels.receiveQueues }
    guard !queues.isEmpty else { return }
    let equal = RSSTable.equal(over: queues, slots: table.queues.count)
    want(
      .rssTable, .table(table.isEqual(over: queues) ? table : equal), "the same share for each worker, none for others")
  }

  /// Each queue's interrupt goes to its worker's CPU.
  ///
  /// The worker sleeps until the interrupt's softirq has filled its ring: on one CPU that is a context switch, on two
  /// a wakeup of the other and its caches filled again. With a queue for every CPU there is no CPU to spare, either.
  /// (i40e, 64 bytes, l2fwd: 6.5 Mpps on one CPU, 8.7 on two: Karlsson 2019. Half as much again for twice the CPUs.)
  mutating func planInterrupts() {
    let hasInterrupts = survey.interrupts.value?.isEmpty == false
    for interrupt in survey.interrupts.value ?? [] {
      guard let queue = interrupt.queue?.index else { continue }
      guard let worker = workers.first(where: { $0.queue == queue }) else { continue }
      want(.interrupt(interrupt.number), .cpus([worker.cpu]), "queue \(queue)'s worker is there")
    }
    if hasInterrupts, includes(.interrupts), let irqbalance = survey.irqbalance.value {
      notes.append(
        "irqbalance (pid \(irqbalance)) will move the interrupts again: systemctl stop irqbalance, or ban them "
          + "(IRQBALANCE_ARGS=--banirq=…)")
    }
    planNAPI(hasInterrupts: hasInterrupts)
  }

  private mutating func planNAPI(hasInterrupts: Bool) {
    guard !request.busyPoll, let now = survey.napi.value else { return }
    if now == .busyPolling, survey.attachedProgram.value?.isOurs == true {
      notes.append("a busy-polling reflector has set napi_defer_hard_irqs, and puts it back itself: left alone")
      return
    }
    want(
      .napi, .napi(profile.napi(hasInterrupts: hasInterrupts)),
      hasInterrupts && profile == .throughput
        ? "napi_defer_hard_irqs and gro_flush_timeout: a timer, not interrupts, between bursts"
        : "napi_defer_hard_irqs and gro_flush_timeout: no frame waits for the timer")
  }

  mutating func planHost() {
    for cpu in Set(workers.map(\.cpu)).sorted() {
      want(.governor(cpu), .governor(TuningProfile.governor), "a clock that doesn't have to wake up first")
    }
    guard let pages = survey.hugePages.value, pages.pageSize > 0 else { return }
    // Each UMEM is an area of its own, of whole pages.
    let each = (request.frames * request.chunkSize + pages.pageSize - 1) / pages.pageSize
    let needed = each * workers.count
    // Of a reflector that runs nobody can tell which of the used pages are its own: it has what it needs.
    let isRunning = survey.attachedProgram.value?.isOurs == true
    want(
      .hugePages, .pages(pages.total + (isRunning ? 0 : max(0, needed - pages.free))),
      "for the UMEMs of \(workers.count) \(workers.count == 1 ? "queue" : "queues"), with attach --huge-pages")
  }
}
