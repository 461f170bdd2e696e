internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// The interface as the stack sees it: whether it is the one that was meant, whether frames can arrive, and how
/// long they may be.
enum InterfaceChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    guard examination.interface.isUp else { return [interface(examination), mtu(examination)] }
    return [interface(examination), carrier(examination), mtu(examination)] + driverMTU(examination)
  }

  private static func interface(_ examination: Examination) -> Finding {
    let interface = examination.interface
    let name =
      examination.survey.requestedName == interface.name
      ? interface.name : "\(examination.survey.requestedName) is an altname of \(interface.name)"
    guard let mac = interface.hardwareAddress, mac.bytes.count == 6 else {
      return .fail(.interface, "\(name), which has no MAC address", why: "Only Ethernet frames are reflected.")
    }
    guard mac.bytes.contains(where: { $0 != 0 }) else {
      return .fail(
        .interface, "\(name), a loopback", why: "Its frames come from itself, and those are never reflected.")
    }
    guard interface.isUp else {
      return .fail(.interface, "\(name) is down", Remedy(plain: examination.commands.link("up")))
    }
    return .ok(.interface, "\(name), up, \(mac)")
  }

  private static func carrier(_ examination: Examination) -> Finding {
    guard examination.interface.hasCarrier else {
      return .fail(
        .carrier, "none", why: "Nothing arrives without a link: look at the cable, the module and the far end.",
        Remedy(plain: examination.commands.showLink()))
    }
    let speed = examination.survey.speed.value.map { ", \($0) Mb/s" } ?? ""
    return .ok(.carrier, "link" + speed)
  }

  private static let headers = Int(MultiBuffer.headers)

  private static func mtu(_ examination: Examination) -> Finding {
    let mtu = Int(examination.interface.mtu)
    guard !examination.setup.reflectsInKernel else { return .ok(.mtu, "\(mtu)") }
    let chunk = examination.setup.chunkSize
    let longest = Configuration.longestFrame(chunkSize: chunk)
    let value = "\(mtu); frames up to \(longest) bytes fit a chunk of \(chunk)"
    if let driver = examination.survey.driver.value, DriverTraits(driver: driver.name).countsKibibytes,
      mtu + headers > longest / 1024 * 1024
    {
      return .warn(
        .mtu, value, why: "\(driver.name) cuts frames over \(longest / 1024 * 1024) bytes in two then.",
        examination.commands.attach("--chunk-size 4096"))
    }
    guard mtu + headers > longest else { return zeroCopyMTU(value, longest, examination) ?? .ok(.mtu, value) }
    return several(value, examination)
      ?? .ok(.mtu, "\(mtu); frames over \(longest) bytes take several chunks of \(chunk)")
  }

  /// What keeps frames of several chunks from being reflected; nil if nothing does.
  private static func several(_ value: String, _ examination: Examination) -> Finding? {
    let (commands, survey) = (examination.commands, examination.survey)
    let plain = commands.link("mtu 1500")
    guard let kernel = survey.kernel.value, kernel >= MultiBuffer.least else {
      return .warn(
        .mtu, value, why: "Longer ones are dropped (rx_dropped): frames of several chunks take Linux 6.6.",
        examination.setup.chunkSize < 4096 ? commands.attach("--chunk-size 4096", plain: plain) : Remedy(plain: plain))
    }
    if examination.setup.isRunning, let program = survey.attachedProgram.value, program.isOurs,
      !LoadedProgram.isMultiBuffer(program.name)
    {
      return .warn(
        .mtu, value, why: "Longer ones are dropped (rx_dropped): it was attached when the MTU was smaller.",
        commands.attach("", plain: plain))
    }
    guard let features = survey.xdpFeatures.value, features.actions.contains(.xskZeroCopy),
      features.zeroCopyMaximumSegments ?? 1 < 2, [.auto, .zeroCopy].contains(examination.setup.mode)
    else { return nil }
    return .warn(
      .mtu, value, why: "Longer ones are dropped (rx_dropped) in zero-copy: this driver takes one chunk a frame then.",
      commands.attach("--mode copy", plain: plain))
  }

  /// The kernel refuses the bind, counting the FCS too (xp_assign_dev).
  private static func zeroCopyMTU(_ value: String, _ longest: Int, _ examination: Examination) -> Finding? {
    guard examination.survey.xdpFeatures.value?.actions.contains(.xskZeroCopy) == true,
      Int(examination.interface.mtu) + headers + 4 > longest
    else { return nil }
    return .warn(
      .mtu, value, why: "A zero-copy bind ends with EINVAL: the kernel counts four bytes of FCS, too.",
      Remedy(plain: examination.commands.link("mtu \(longest - headers - 4)")))
  }

  /// Only where the driver's limit is known, and native XDP is to be had at all.
  private static func driverMTU(_ examination: Examination) -> [Finding] {
    guard let limit = examination.knowledge?.largestMTU, examination.setup.mode != .generic else { return [] }
    // A veth goes by what its far end may send.
    let isVeth = examination.interface.kind == "veth"
    let mtu = isVeth ? examination.peer.value?.mtu ?? Int(examination.interface.mtu) : Int(examination.interface.mtu)
    let value = "\(mtu)\(isVeth && examination.peer.value != nil ? " at the far end" : ""), at most \(limit)"
    guard mtu > limit else { return [.ok(.driverMTU, value)] }
    if takesSeveralParts(examination) { return [.ok(.driverMTU, "\(mtu), for frames in several parts")] }
    let commands = isVeth ? examination.peer.value?.commands ?? examination.commands : examination.commands
    return [.fail(.driverMTU, value, examination.commands.attach("--mode generic", plain: commands.link("mtu 1500")))]
  }

  /// The limit is for a program that wants each frame in one part. One for several is attached where the MTU asks for
  /// it, and taken by drivers that claim as much.
  private static func takesSeveralParts(_ examination: Examination) -> Bool {
    guard let kernel = examination.survey.kernel.value, kernel >= MultiBuffer.least,
      let features = examination.survey.xdpFeatures.value
    else { return false }
    return features.actions.contains(.receiveScatterGather)
      && MultiBuffer.isWanted(mtu: examination.interface.mtu, chunkSize: examination.setup.chunkSize)
  }
}
