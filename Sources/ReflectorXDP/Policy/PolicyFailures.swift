import ReflectorCore
import XDPControl

extension ReflectorError {
  /// Why a reflector wasn't told something, in an operator's words.
  static func policy(_ failure: PolicyError, of interface: String) -> ReflectorError {
    switch failure {
    case .rules(let error): .rules(error)
    case .allowedAndDenied(let network): .allowedAndDenied(network)
    case .tooManyNetworks(let family, let count, let capacity):
      tooMany("\(count) \(family.name) networks allowed and denied", "at most \(capacity) have room", "sources")
    case .tooManyDestinations(let family, let count, let capacity):
      tooMany("\(count) \(family.name) networks of destinations", "at most \(capacity) have room", "destinations")
    case .tooManyMACs(let count, let capacity):
      tooMany("\(count) MAC addresses denied", "at most \(capacity) have room, old and new ones together", "addresses")
    case .noRoomForBoth(let family, let count, let capacity):
      ReflectorError(
        .configuration, what: "\(interface): the list can't be changed in one step",
        why:
          "old and new \(family.name) networks are \(count) together, and at most \(capacity) have room while one list "
          + "takes the other's place", remedy: "remove networks first, then add the others")
    case .busy:
      ReflectorError(
        .busy, what: "\(interface): busy: what is allowed isn't changed",
        why: "others have been changing it for 5 seconds (the folder of the maps is locked)", remedy: "try again")
    case .system(let cause): .system("tell the reflector on \(interface)", cause)
    }
  }

  private static func tooMany(_ what: String, _ why: String, _ noun: String) -> ReflectorError {
    ReflectorError(.configuration, what: what, why: why, remedy: "join \(noun), or take some out")
  }

  static func rules(_ error: RuleError) -> ReflectorError {
    ReflectorError(
      .usage, what: "the rules don't fit together", why: "\(error)", remedy: "see reflector-xdp attach --help, «--rule»"
    )
  }

  static func allowedAndDenied(_ network: Network) -> ReflectorError {
    ReflectorError(
      .usage, what: "\(network) is allowed and denied", why: "a network can be in one of both lists",
      remedy: "leave it out of one; within a network a longer prefix may be in the other")
  }
}

extension Network.Family {
  var name: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
