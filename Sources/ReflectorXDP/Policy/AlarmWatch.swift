import CReflectorABI
import Glibc
import LinuxSystem
import Logging
import ReflectorCore
import XDPControl

/// Hears of conversations that were held off, and tells the operator what to do.
struct AlarmWatch {
  private let maps: ReflectorMaps
  private let log: Logger
  /// What commands that a message recommends are told: interface and options.
  private let arguments: String
  private var loops: UInt64 = 0
  private var storms: UInt64 = 0
  private var untracked: UInt64 = 0

  init(_ maps: ReflectorMaps, arguments: String, log: Logger) {
    self.maps = maps
    self.arguments = arguments
    self.log = log
  }

  mutating func look() {
    guard let alarms = (try? maps.alarms.value(0)).flatMap({ $0 }) else { return }
    let holdOff = (try? maps.policyHoldOff()) ?? 0
    for text in note(alarms, holdOff: holdOff) { log.warning("\(text)") }
  }

  /// - Parameter holdOff: seconds.
  mutating func note(_ alarms: reflector_alarms, holdOff: UInt64) -> [String] {
    var texts: [String] = []
    let more = (loops: alarms.loops &- loops, storms: alarms.storms &- storms)
    if more.loops > 0 || more.storms > 0 { texts.append(text(alarms, more.loops, more.storms, holdOff)) }
    // Once: it goes on with each frame.
    if untracked == 0, alarms.untracked > 0 {
      texts.append(
        "frames are answered whose conversations aren't kept: there is no room for them (--flows); loops among them "
          + "aren't noticed")
    }
    (loops, storms, untracked) = (alarms.loops, alarms.storms, alarms.untracked)
    return texts
  }

  private func text(_ alarms: reflector_alarms, _ loops: UInt64, _ storms: UInt64, _ holdOff: UInt64) -> String {
    let conversation = Conversation(alarms.last)
    let mac = MACAddress(alarms.last_mac)
    let isLoop = UInt32(alarms.last_state) == REFLECTOR_FLOW_LOOP.rawValue
    let what =
      isLoop
      ? "\(conversation) goes round: another reflector answers what this one sends"
      : "\(conversation) is faster than --storm allows"
    let others = loops &+ storms &- 1
    return "\(isLoop ? "loop" : "storm"): \(what); source MAC \(mac), held off for \(holdOff) s"
      + (others == 0 ? "" : ", and \(others) more")
      + "; to refuse it for good: reflector-xdp deny add \(arguments) \(mac)"
  }
}

extension ReflectorMaps {
  /// Seconds that a conversation is held off, as it is in force.
  fileprivate func policyHoldOff() throws(SystemCallError) -> UInt64 {
    let number = try generation.value(0)?.number ?? 0
    return (try config.value(UInt32(truncatingIfNeeded: number & 1))?.hold_ns ?? 0) / 1_000_000_000
  }
}
