import CReflectorABI
import LinuxSystem
import ReflectorCore
import XDPControl

/// The conversations of a reflector at one moment: all counted, some told one by one.
///
/// Encodes to the JSON that `flows --format json` prints when the keys are converted to snake case.
public struct FlowReport: Codable, Sendable, Hashable {
  public var interface: String
  /// In the map; those that were quiet for longest make room for others.
  public var conversations: Int
  /// That there is room for.
  public var capacity: Int
  /// Over all of them.
  public var frames: UInt64
  public var bytes: UInt64
  /// Held off now, for a loop or a storm.
  public var heldOff: Int
  /// Those that were asked for, the first by ``Order`` first.
  public var flows: [Flow]

  /// What the first ones have most of.
  public enum Order: String, Sendable, CaseIterable {
    case frames, bytes, age
  }

  /// One conversation. Counts what policy let through; bytes without FCS.
  public struct Flow: Codable, Sendable, Hashable {
    public var source: String
    public var sourcePort: UInt16
    public var destination: String
    public var destinationPort: UInt16
    /// Identifiers of the tags, the outer one first.
    public var vlans: [UInt16]
    /// The source MAC of the last frame that was looked up.
    public var mac: String
    public var frames: UInt64
    public var bytes: UInt64
    /// Seconds since the first frame.
    public var ageS: Double
    /// Seconds since the last frame.
    public var idleS: Double
    /// That matched when it was looked up; absent for one that was taken out.
    public var rule: String?
    /// `watched`, `probed`, `cleared`, `loop` or `storm`.
    public var state: String
    /// Seconds for which it is still held off; absent when it isn't.
    public var heldOffS: Double?
  }
}

/// Reads the conversations: a million in about a second, and in memory no more of them than were asked for, twice.
struct FlowReader {
  private typealias Entry = (key: reflector_flow_key, flow: reflector_flow)

  private let maps: ReflectorMaps
  private let count: Int
  private let order: FlowReport.Order

  init(_ maps: ReflectorMaps, count: Int, order: FlowReport.Order) {
    self.maps = maps
    self.count = count
    self.order = order
  }

  func read(interface: String) throws(SystemCallError) -> FlowReport {
    let now = MonotonicClock.nanoseconds
    let names = Dictionary(
      try maps.rules().compactMap { entry in entry.rule.map { (entry.id, $0.name) } }, uniquingKeysWith: { $1 })
    var report = FlowReport(
      interface: interface, conversations: 0, capacity: try maps.flows.capacity, frames: 0, bytes: 0, heldOff: 0,
      flows: [])
    var best: [Entry] = []
    try maps.flows.forEachEntry { key, flow in
      report.conversations += 1
      report.frames &+= flow.frames
      report.bytes &+= flow.bytes
      if flow.isHeldOff(now) { report.heldOff += 1 }
      best.append((key, flow))
      if best.count >= 2 * count + 1024 { prune(&best) }
    }
    prune(&best)
    report.flows = best.map { FlowReport.Flow($0.key, $0.flow, now: now, rule: names[UInt32($0.flow.rule)]) }
    return report
  }

  private func prune(_ entries: inout [Entry]) {
    entries.sort { isBefore($0.flow, $1.flow) }
    entries.removeLast(max(entries.count - count, 0))
  }

  private func isBefore(_ left: reflector_flow, _ right: reflector_flow) -> Bool {
    switch order {
    case .frames: left.frames > right.frames
    case .bytes: left.bytes > right.bytes
    case .age: left.first_ns < right.first_ns
    }
  }
}

extension reflector_flow {
  fileprivate func isHeldOff(_ now: UInt64) -> Bool {
    let state = UInt32(state)
    return (state == REFLECTOR_FLOW_LOOP.rawValue || state == REFLECTOR_FLOW_STORM.rawValue) && until_ns > now
  }
}

extension FlowReport.Flow {
  init(_ key: reflector_flow_key, _ flow: reflector_flow, now: UInt64, rule: String?) {
    let conversation = Conversation(key)
    self.init(
      source: "\(conversation.source)", sourcePort: conversation.sourcePort,
      destination: "\(conversation.destination)", destinationPort: conversation.destinationPort,
      vlans: conversation.vlans, mac: "\(MACAddress(flow.mac))", frames: flow.frames, bytes: flow.bytes,
      ageS: Self.seconds(from: flow.first_ns, to: now), idleS: Self.seconds(from: flow.last_ns, to: now), rule: rule,
      state: Self.states[Int(min(flow.state, 4))],
      heldOffS: flow.isHeldOff(now) ? Self.seconds(from: now, to: flow.until_ns) : nil)
  }

  /// By `enum reflector_flow_state`.
  private static let states = ["watched", "probed", "cleared", "loop", "storm"]

  /// The coarse clock may be a tick behind.
  private static func seconds(from start: UInt64, to end: UInt64) -> Double {
    (Double(end > start ? end - start : 0) / 1e6).rounded() / 1e3
  }
}

extension Observer {
  /// The conversations now.
  ///
  /// - Parameters:
  ///   - count: of those that are told one by one, at most.
  ///   - order: which are told.
  /// - Throws: ``ReflectorError``: `configuration` where none are kept.
  public func flows(top count: Int, by order: FlowReport.Order) throws(ReflectorError) -> FlowReport {
    try keptFlows()
    do {
      return try FlowReader(maps, count: count, order: order).read(interface: interface)
    } catch {
      throw .system("read the conversations of \(interface)", error)
    }
  }

  private func keptFlows() throws(ReflectorError) {
    let keeps: Bool
    do {
      keeps = try maps.keepsFlows
    } catch {
      throw .system("read the settings of \(interface)", error)
    }
    guard !keeps else { return }
    throw ReflectorError(
      .configuration, what: "\(interface): no conversations are kept", why: "it was attached with --flows 0",
      remedy: "attach again without it")
  }
}

extension ReflectorMaps {
  fileprivate var keepsFlows: Bool {
    get throws(SystemCallError) {
      let number = try generation.value(0)?.number ?? 0
      let checks = try config.value(UInt32(truncatingIfNeeded: number & 1))?.checks ?? 0
      return checks & REFLECTOR_KEEP_FLOWS.rawValue != 0
    }
  }
}
