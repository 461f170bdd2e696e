import ReflectorCore

/// A few addresses that both frames and lists are about, so that they meet.
struct AddressPool {
  let ipv4: [IPv4Address]
  let ipv6: [IPv6Address]
  let macs: [MACAddress]

  init(_ random: inout SplitMix64) {
    ipv4 = (0..<4).map { _ in
      IPv4Address(rawValue: UInt32.random(in: 1...223, using: &random) << 24 | UInt32(random.next() & 0xff_ffff))
    }
    ipv6 = (0..<4).map { _ in
      IPv6Address(rawValue: 0x20 << 120 | (UInt128(random.next()) << 64 | UInt128(random.next())) >> 8)
    }
    macs = (0..<3).map { _ in MACAddress(rawValue: 0x00_c017_000000 | random.next() & 0xff_ffff) }
  }

  /// One of them, or its neighbour by one bit.
  func near(_ addresses: [IPv4Address], _ random: inout SplitMix64) -> IPv4Address {
    let bit: UInt32 = Bool.random(using: &random) ? 1 << UInt32.random(in: 0...23, using: &random) : 0
    return IPv4Address(rawValue: addresses[Int.random(in: addresses.indices, using: &random)].rawValue ^ bit)
  }

  func near(_ addresses: [IPv6Address], _ random: inout SplitMix64) -> IPv6Address {
    let bit: UInt128 = Bool.random(using: &random) ? 1 << UInt128.random(in: 0...119, using: &random) : 0
    return IPv6Address(rawValue: addresses[Int.random(in: addresses.indices, using: &random)].rawValue ^ bit)
  }

  func address(_ random: inout SplitMix64) -> IPAddress {
    Bool.random(using: &random) ? .v4(near(ipv4, &random)) : .v6(near(ipv6, &random))
  }
}

/// Policies whose lists overlap: networks around the pool's addresses, of all lengths, one in another.
struct PolicyGenerator {
  let pool: AddressPool
  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    pool = AddressPool(&random)
  }

  mutating func next() -> TestPolicy {
    var generated = TestPolicy(flows: Bool.random(using: &random) ? 4096 : nil)
    generated.policy.allowedSources = networks(most: 5)
    generated.policy.deniedSources = networks(most: 5)
    generated.policy.allowedDestinations = networks(most: 4)
    generated.policy.deniedMACs = pool.macs.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    generated.policy.loopGuard = Policy.LoopGuard.allCases.randomElement(using: &random) ?? .off
    generated.policy.refused = Bool.random(using: &random) ? .drop : .pass
    if Bool.random(using: &random) { generated.interface.addresses = [pool.address(&random), pool.address(&random)] }
    return generated
  }

  /// Without an OUI the supervisor keeps the interface's networks in the lists, too.
  mutating func oui(_ generated: inout TestPolicy, _ oui: OUI?) -> OUI? {
    guard Bool.random(using: &random) else { return oui ?? .netAlly }
    generated.interface.networks = networks(most: 3)
    return nil
  }

  /// None in half of the cases: then the list doesn't matter.
  private mutating func networks(most: Int) -> [Network] {
    if Bool.random(using: &random) { return [] }
    return (0...Int.random(in: 0..<most, using: &random)).map { _ in
      let address = pool.address(&random)
      let width = Network(address).family.width
      let length = Int.random(in: 0..<4, using: &random) == 0 ? width : Int.random(in: 0...width, using: &random)
      return Network(containing: address, prefixLength: length)
    }
  }
}
