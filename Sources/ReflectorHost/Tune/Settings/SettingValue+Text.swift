internal import LinuxSystem
internal import XDPControl

/// One text for people and for state files: what is shown is what is kept.
extension SettingValue: CustomStringConvertible {
  package var description: String {
    switch self {
    case .isOn(let isOn): Self.word(isOn)
    case .pause(let pause):
      "autoneg \(Self.word(pause.isAutonegotiated)) rx \(Self.word(pause.receive)) tx \(Self.word(pause.transmit))"
    case .rings(let rings): Self.pairs([("rx", rings.receive), ("tx", rings.transmit)])
    case .channels(let counts): Self.text(counts)
    case .table(let table): Self.text(table)
    case .hashFields(let fields): fields.text
    case .coalescing(let coalescing): Self.text(coalescing)
    case .cpus(let cpus): "\(IndexList(unique: cpus))"
    case .napi(let napi): "defer \(napi.deferHardIRQs) flush \(napi.groFlushTimeout)"
    case .governor(let name): name
    case .pages(let count): "\(count)"
    }
  }

  /// The value of that setting in a text of ``description``; nil if it is none.
  package init?(_ text: String, of setting: Setting) {
    let value: SettingValue? =
      switch setting {
      case .feature, .peerChecksum: Self.flag(text).map(SettingValue.isOn)
      case .pause: Self.pause(Words(text))
      case .rings: Words(text).map { .rings(RingSizes(receive: $0["rx"], transmit: $0["tx"])) }
      case .channels: Words(text).map(Self.channels)
      case .rssTable: Self.table(text)
      case .hashFields: HashFields(text: text).map(SettingValue.hashFields)
      case .coalescing: Words(text).map(Self.coalescing)
      case .interrupt: (try? IndexList(text, of: "CPU")).map { .cpus($0.indices) }
      case .napi: Self.napi(Words(text))
      case .governor: text.isEmpty ? nil : .governor(text)
      case .hugePages: Int(text).map(SettingValue.pages)
      }
    guard let value else { return nil }
    self = value
  }

  private static func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }

  private static func flag(_ text: some StringProtocol) -> Bool? { text == "on" ? true : text == "off" ? false : nil }

  private static func pairs(_ fields: [(String, Int?)]) -> String {
    fields.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: " ")
  }

  private static func text(_ counts: ChannelCounts) -> String {
    let all = [("combined", counts.combined), ("rx", counts.receive), ("tx", counts.transmit)]
    return pairs(all.filter { $0.1 > 0 })
  }

  private static func text(_ coalescing: Coalescing) -> String {
    let flags = [("adaptive-rx", coalescing.isReceiveAdaptive), ("adaptive-tx", coalescing.isTransmitAdaptive)]
    let numbers = [
      ("rx-usecs", coalescing.receiveMicroseconds), ("rx-frames", coalescing.receiveFrames),
      ("tx-usecs", coalescing.transmitMicroseconds), ("tx-frames", coalescing.transmitFrames),
    ]
    let texts =
      flags.compactMap { name, isOn in isOn.map { "\(name) \(word($0))" } }
      + [pairs(numbers.map { ($0.0, $0.1.map(Int.init)) })]
    return texts.filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// `128 slots over 0-3` where they take turns, otherwise `128 slots: 64*0 64*1`.
  private static func text(_ table: RSSTable) -> String {
    let count = table.queues.count
    let turn = Array(Set(table.queues)).sorted().map(Int.init)
    if !turn.isEmpty, table == .equal(over: turn, slots: count) {
      return "\(count) slots over \(IndexList(unique: turn))"
    }
    var runs: [(length: Int, queue: UInt32)] = []
    for queue in table.queues {
      if runs.last?.queue == queue { runs[runs.count - 1].length += 1 } else { runs.append((1, queue)) }
    }
    return "\(count) slots: " + runs.map { "\($0.length)*\($0.queue)" }.joined(separator: " ")
  }

  private static func table(_ text: String) -> SettingValue? {
    let words = text.split(separator: " ")
    guard words.count >= 3, let count = Int(words[0]), count > 0, count <= 1 << 20 else { return nil }
    if words[1] == "slots", words[2] == "over", words.count == 4 {
      guard let queues = try? IndexList(String(words[3]), of: "queue").indices, !queues.isEmpty else { return nil }
      return .table(.equal(over: queues, slots: count))
    }
    guard words[1] == "slots:" else { return nil }
    var queues: [UInt32] = []
    for run in words[2...] {
      let parts = run.split(separator: "*")
      guard parts.count == 2, let length = Int(parts[0]), let queue = UInt32(parts[1]) else { return nil }
      guard length > 0, queues.count + length <= count else { return nil }
      queues += [UInt32](repeating: queue, count: length)
    }
    return queues.count == count ? .table(RSSTable(queues: queues)) : nil
  }

  private static func channels(_ words: Words) -> SettingValue {
    .channels(ChannelCounts(combined: words["combined"] ?? 0, receive: words["rx"] ?? 0, transmit: words["tx"] ?? 0))
  }

  private static func pause(_ words: Words?) -> SettingValue? {
    guard let words, let autoneg = words.flag("autoneg"), let receive = words.flag("rx") else { return nil }
    guard let transmit = words.flag("tx") else { return nil }
    return .pause(PauseSettings(isAutonegotiated: autoneg, receive: receive, transmit: transmit))
  }

  private static func coalescing(_ words: Words) -> SettingValue {
    .coalescing(
      Coalescing(
        receiveMicroseconds: words["rx-usecs"], receiveFrames: words["rx-frames"],
        transmitMicroseconds: words["tx-usecs"], transmitFrames: words["tx-frames"],
        isReceiveAdaptive: words.flag("adaptive-rx"), isTransmitAdaptive: words.flag("adaptive-tx")))
  }

  private static func napi(_ words: Words?) -> SettingValue? {
    guard let deferral: UInt64 = words?["defer"] else { return nil }
    guard let timeout: UInt64 = words?["flush"] else { return nil }
    return .napi(NAPISettings(deferHardIRQs: deferral, groFlushTimeout: timeout))
  }

  /// `name value name value …`
  private struct Words {
    private var values: [Substring: Substring] = [:]

    init?(_ text: String) {
      let words = text.split(separator: " ")
      guard words.count.isMultiple(of: 2), !words.isEmpty else { return nil }
      for index in stride(from: 0, to: words.count, by: 2) { values[words[index]] = words[index + 1] }
    }

    subscript<Number: FixedWidthInteger>(_ name: Substring) -> Number? { values[name].flatMap { Number($0) } }

    func flag(_ name: Substring) -> Bool? { values[name].flatMap { SettingValue.flag($0) } }
  }
}

extension RingSizes {
  fileprivate init(receive: Int?, transmit: Int?) {
    self.init(receive: receive, transmit: transmit, receiveMaximum: nil, transmitMaximum: nil)
  }
}
