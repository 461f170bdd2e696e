internal import XDPControl

/// What was set, for whom, and what was there before: as much as putting it back takes.
///
/// A setting is kept once, with the value from before anybody tuned it, however many tune it after that. Each owner
/// has a claim; when the last one goes, the former value comes back.
package struct TuningState: Hashable, Sendable, Codable {
  package struct Entry: Hashable, Sendable {
    package let setting: Setting
    package let former: SettingValue
    /// In the order in which they came; never empty. The last one's value is what is set.
    package var claims: [Claim]
  }

  package struct Claim: Hashable, Sendable {
    package let owner: TuningOwner
    package let value: SettingValue
  }

  /// The interface that the entries are about; nil in the host's own file.
  package var device: Device?
  /// In the order in which they were set first.
  package var entries: [Entry] = []

  /// An interface, told from a later one with the same name.
  package struct Device: Hashable, Sendable, Codable {
    package let name: String
    package let index: Int32
    /// Of its network namespace; 0 where that can't be told.
    package let namespace: UInt64

    package init(name: String, index: Int32, namespace: UInt64) {
      self.name = name
      self.index = index
      self.namespace = namespace
    }

    package func isSame(as other: Device) -> Bool { index == other.index && namespace == other.namespace }
  }

  package init(device: Device? = nil) {
    self.device = device
  }

  package subscript(_ setting: Setting) -> Entry? { entries.first { $0.setting == setting } }

  /// Notes that `owner` sets something. The former value is the first one's that was ever told.
  package mutating func claim(
    _ setting: Setting, _ value: SettingValue, was former: SettingValue, for owner: TuningOwner
  ) {
    let claim = Claim(owner: owner, value: value)
    guard let index = entries.firstIndex(where: { $0.setting == setting }) else {
      entries.append(Entry(setting: setting, former: former, claims: [claim]))
      return
    }
    // What it takes more of now than before (a second field of a value) has to be kept, too.
    let kept = entries[index].former.joined(with: former)
    var claims = entries[index].claims
    claims.removeAll { $0.owner == owner }
    entries[index] = Entry(setting: setting, former: kept, claims: claims + [claim])
  }

  /// Notes that `owner` relies on a value that somebody else has set; nothing where nobody has.
  package mutating func join(_ setting: Setting, for owner: TuningOwner) {
    guard let index = entries.firstIndex(where: { $0.setting == setting }) else { return }
    guard let last = entries[index].claims.last, last.owner != owner else { return }
    // Before the last one: whose value it is stays to be seen.
    entries[index].claims.removeAll { $0.owner == owner }
    entries[index].claims.insert(Claim(owner: owner, value: last.value), at: entries[index].claims.count - 1)
  }

  /// What a setting goes back to without the owners that `leaves` names; nil where they have no part in it.
  package func target(of setting: Setting, without leaves: (TuningOwner) -> Bool) -> SettingValue? {
    guard let entry = self[setting], entry.claims.contains(where: { leaves($0.owner) }) else { return nil }
    return entry.claims.last { !leaves($0.owner) }?.value ?? entry.former
  }

  /// Takes the claims of these owners away, and the entry with the last one.
  package mutating func release(_ setting: Setting, by leaves: (TuningOwner) -> Bool) {
    guard let index = entries.firstIndex(where: { $0.setting == setting }) else { return }
    entries[index].claims.removeAll { leaves($0.owner) }
    if entries[index].claims.isEmpty { entries.remove(at: index) }
  }

  /// Passes the claims of those who have died on: their values are still set, and somebody has to put them back.
  package mutating func inherit(_ owner: TuningOwner, from isDead: (TuningOwner) -> Bool) {
    for index in entries.indices {
      let claims = entries[index].claims
      guard let last = claims.last(where: { isDead($0.owner) }) else { continue }
      var living = claims.filter { !isDead($0.owner) }
      if !living.contains(where: { $0.owner == owner }) {
        living.insert(Claim(owner: owner, value: last.value), at: last == claims.last ? living.count : 0)
      }
      entries[index].claims = living
    }
  }
}

extension SettingValue {
  /// This value, and where it is silent about a field the other's.
  fileprivate func joined(with other: SettingValue) -> SettingValue {
    switch (self, other) {
    case (.rings(var own), .rings(let other)):
      own.receive = own.receive ?? other.receive
      own.transmit = own.transmit ?? other.transmit
      return .rings(own)
    case (.coalescing(var own), .coalescing(let other)):
      own.receiveMicroseconds = own.receiveMicroseconds ?? other.receiveMicroseconds
      own.receiveFrames = own.receiveFrames ?? other.receiveFrames
      own.transmitMicroseconds = own.transmitMicroseconds ?? other.transmitMicroseconds
      own.transmitFrames = own.transmitFrames ?? other.transmitFrames
      own.isReceiveAdaptive = own.isReceiveAdaptive ?? other.isReceiveAdaptive
      own.isTransmitAdaptive = own.isTransmitAdaptive ?? other.isTransmitAdaptive
      return .coalescing(own)
    default: return self
    }
  }
}

extension TuningState.Entry: Codable {
  private enum CodingKeys: String, CodingKey { case setting, former, claims }
  private enum ClaimKeys: String, CodingKey { case owner, value }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    setting = try container.decode(Setting.self, forKey: .setting)
    former = try Self.value(container.decode(String.self, forKey: .former), setting, container.codingPath)
    var list = try container.nestedUnkeyedContainer(forKey: .claims)
    claims = []
    while !list.isAtEnd {
      let claim = try list.nestedContainer(keyedBy: ClaimKeys.self)
      let value = try Self.value(claim.decode(String.self, forKey: .value), setting, claim.codingPath)
      claims.append(TuningState.Claim(owner: try claim.decode(TuningOwner.self, forKey: .owner), value: value))
    }
  }

  private static func value(_ text: String, _ setting: Setting, _ path: [any CodingKey]) throws -> SettingValue {
    guard let value = SettingValue(text, of: setting) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: path, debugDescription: "'\(text)' is no value of \(setting)"))
    }
    return value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(setting, forKey: .setting)
    try container.encode(former.description, forKey: .former)
    var list = container.nestedUnkeyedContainer(forKey: .claims)
    for claim in claims {
      var one = list.nestedContainer(keyedBy: ClaimKeys.self)
      try one.encode(claim.owner, forKey: .owner)
      try one.encode(claim.value.description, forKey: .value)
    }
  }
}
