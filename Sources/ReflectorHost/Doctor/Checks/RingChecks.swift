internal import LinuxSystem
internal import XDPControl

/// The NIC's own rings, how long it holds interrupts back, and flow control.
enum RingChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    rings(examination) + coalescing(examination) + pause(examination)
  }

  /// Descriptors: 0.3 ms of the shortest frames at 1 Gb/s. With fewer, a worker that pauses for a moment loses some.
  private static let least = 512
  /// What `tune` makes of it where throughput counts.
  private static let enough = 2048

  private static func rings(_ examination: Examination) -> [Finding] {
    examination.survey.rings.finding(on: .rings) { rings in
      guard let receive = rings.receive else { return nil }
      let value =
        "\(receive) RX" + (rings.transmit.map { ", \($0) TX" } ?? "")
        + (rings.receiveMaximum.map { ", at most \($0)" } ?? "")
      let frames = examination.setup.frames
      if receive >= frames {
        return .warn(
          .rings, value, why: "The driver keeps its ring full of the UMEM's frames, and leaves none of \(frames).",
          examination.commands.attach(
            "--frames \(power(above: 2 * receive))", plain: examination.commands.ethtool("-G", "rx \(frames / 2)")))
      }
      guard let maximum = rings.receiveMaximum, receive < min(least, maximum) else { return .ok(.rings, value) }
      let wanted = min(enough, maximum, max(frames / 2, receive))
      return .warn(.rings, value, examination.commands.tune(examination.commands.ethtool("-G", "rx \(wanted)")))
    }
  }

  private static func power(above count: Int) -> Int {
    var power = 64
    while power < count { power *= 2 }
    return min(power, 65536)
  }

  /// Microseconds that a round trip may take longer without anybody's complaining.
  private static let tolerable: UInt32 = 50

  /// A NIC that adapts waits only under load.
  private static func coalescing(_ examination: Examination) -> [Finding] {
    examination.survey.coalescing.finding(on: .coalescing) { coalescing in
      let value = text(coalescing)
      guard !value.isEmpty else { return nil }
      guard coalescing.isReceiveAdaptive != true, let delay = coalescing.receiveMicroseconds, delay > tolerable else {
        return .ok(.coalescing, value)
      }
      return .warn(
        .coalescing, value, why: "A frame may wait \(delay) us before anybody hears of it.",
        examination.commands.tune(examination.commands.ethtool("-C", "rx-usecs \(tolerable)")))
    }
  }

  private static func text(_ coalescing: Coalescing) -> String {
    var parts: [String] = []
    if let delay = coalescing.receiveMicroseconds { parts.append("RX \(delay) us") }
    if let frames = coalescing.receiveFrames, frames > 0 { parts.append("RX \(frames) frame\(frames == 1 ? "" : "s")") }
    if let delay = coalescing.transmitMicroseconds { parts.append("TX \(delay) us") }
    if let isAdaptive = coalescing.isReceiveAdaptive { parts.append("adaptive RX \(isAdaptive ? "on" : "off")") }
    return parts.joined(separator: ", ")
  }

  private static func pause(_ examination: Examination) -> [Finding] {
    examination.survey.pause.finding(on: .pause) { pause in
      let value = "RX \(pause.receive ? "on" : "off"), TX \(pause.transmit ? "on" : "off")"
      guard pause.receive || pause.transmit else { return .ok(.pause, value) }
      // i40e and ice take no change of the negotiation there.
      let isTaken = !["i40e", "ice"].contains(examination.knowledge?.name ?? "")
      let autonegotiation = pause.isAutonegotiated && isTaken ? "autoneg off " : ""
      return .warn(
        .pause, value, examination.commands.tune(examination.commands.ethtool("-A", autonegotiation + "rx off tx off")))
    }
  }
}
