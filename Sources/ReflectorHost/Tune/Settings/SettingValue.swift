internal import LinuxSystem
package import XDPControl

/// What a ``Setting`` is set to.
package enum SettingValue: Hashable, Sendable {
  case isOn(Bool)
  case pause(PauseSettings)
  /// Nil leaves one as it is; the maxima are of no account.
  case rings(RingSizes)
  case channels(ChannelCounts)
  case table(RSSTable)
  case hashFields(HashFields)
  /// Nil leaves a field as it is.
  case coalescing(Coalescing)
  case cpus([Int])
  case napi(NAPISettings)
  case governor(String)
  case pages(Int)

  /// The counts that can be set.
  package struct ChannelCounts: Hashable, Sendable {
    package var combined = 0
    package var receive = 0
    package var transmit = 0

    package init(combined: Int = 0, receive: Int = 0, transmit: Int = 0) {
      self.combined = combined
      self.receive = receive
      self.transmit = transmit
    }

    package init(_ counts: Channels.Counts) {
      self.init(combined: counts.combined, receive: counts.receive, transmit: counts.transmit)
    }

    package var receiveQueues: Int { combined + receive }
  }

  /// Whether somebody who wants this has it with what is there now.
  package func isMet(by current: SettingValue) -> Bool {
    switch (self, current) {
    case (.rings(let wanted), .rings(let now)):
      (wanted.receive ?? now.receive) == now.receive && (wanted.transmit ?? now.transmit) == now.transmit
    case (.coalescing(let wanted), .coalescing(let now)): wanted.isMet(by: now)
    default: self == current
    }
  }

  /// Of what is there now, as much as this value would change: what has to be kept to put it back.
  package func counterpart(in current: SettingValue) -> SettingValue {
    switch (self, current) {
    case (.rings(let wanted), .rings(let now)):
      .rings(
        RingSizes(
          receive: wanted.receive == nil ? nil : now.receive, transmit: wanted.transmit == nil ? nil : now.transmit,
          receiveMaximum: nil, transmitMaximum: nil))
    case (.coalescing(let wanted), .coalescing(let now)): .coalescing(wanted.counterpart(in: now))
    default: current
    }
  }
}

extension Coalescing {
  /// Of no account is how long an adaptive NIC waits at the moment: that is its business.
  fileprivate func isMet(by now: Coalescing) -> Bool {
    func agrees<Value: Equatable>(_ field: KeyPath<Coalescing, Value?>) -> Bool {
      self[keyPath: field] == nil || self[keyPath: field] == now[keyPath: field]
    }
    let receive = isReceiveAdaptive == true || agrees(\.receiveMicroseconds) && agrees(\.receiveFrames)
    let transmit = isTransmitAdaptive == true || agrees(\.transmitMicroseconds) && agrees(\.transmitFrames)
    return receive && transmit && agrees(\.isReceiveAdaptive) && agrees(\.isTransmitAdaptive)
  }

  /// With what adapting changes, too.
  fileprivate func counterpart(in now: Coalescing) -> Coalescing {
    let receive = isReceiveAdaptive != nil
    let transmit = isTransmitAdaptive != nil
    return Coalescing(
      receiveMicroseconds: receive || receiveMicroseconds != nil ? now.receiveMicroseconds : nil,
      receiveFrames: receiveFrames != nil ? now.receiveFrames : nil,
      transmitMicroseconds: transmit || transmitMicroseconds != nil ? now.transmitMicroseconds : nil,
      transmitFrames: transmitFrames != nil ? now.transmitFrames : nil,
      isReceiveAdaptive: receive ? now.isReceiveAdaptive : nil,
      isTransmitAdaptive: transmit ? now.isTransmitAdaptive : nil)
  }
}

extension RSSTable {
  /// As many slots over these queues in turn.
  package static func equal(over queues: [Int], slots: Int) -> RSSTable {
    RSSTable(queues: (0..<slots).map { UInt32(queues[$0 % queues.count]) })
  }

  /// Whether each of these queues, and no other, has its equal share: as equal as the number of slots allows. In which
  /// order is the driver's taste (igb's own table has each queue's slots in a row).
  package func isEqual(over queues: [Int]) -> Bool {
    var shares = Dictionary(queues.map { (UInt32($0), 0) }) { first, _ in first }
    for queue in self.queues {
      guard let share = shares[queue] else { return false }
      shares[queue] = share + 1
    }
    guard let least = shares.values.min(), let most = shares.values.max() else { return false }
    return most - least <= 1
  }
}
