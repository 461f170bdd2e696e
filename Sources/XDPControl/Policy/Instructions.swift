import LinuxSystem
import ReflectorCore

/// All that user space tells the XDP program: what is reflected, for whom and how often, and what the interface's
/// addresses make of it.
package struct Instructions: Hashable, Sendable {
  /// In order: the first that matches a frame counts it.
  package var rules: [Rule]
  /// The source OUI that gets an answer; nil for any.
  package var oui: OUI?
  package var policy: Policy
  /// Conversations are kept: the map `flows` has room for some.
  package var keepsFlows: Bool
  /// By the addresses that the interface has: own ones, and with any OUI its networks as allowed.
  package var interfaceNetworks: [Network: NetworkVerdict]

  package init(
    rules: [Rule], oui: OUI?, policy: Policy, keepsFlows: Bool, interfaceNetworks: [Network: NetworkVerdict] = [:]
  ) {
    self.rules = rules
    self.oui = oui
    self.policy = policy
    self.keepsFlows = keepsFlows
    self.interfaceNetworks = interfaceNetworks
  }
}

/// What the lists say of a network: `enum reflector_network_verdict`.
package enum NetworkVerdict: UInt32, Sendable {
  case none = 0
  case allowed
  case denied
  /// The interface's own address: nobody else sends from it.
  case own
}

/// `struct reflector_network`: a network's entry in the lists.
package struct NetworkEntry: Hashable, Sendable {
  /// By file, option or command; wins.
  package var configured = NetworkVerdict.none
  /// By the addresses that the interface has.
  package var interface = NetworkVerdict.none

  /// What the program goes by.
  var verdict: NetworkVerdict { configured == .none ? interface : configured }
  var isEmpty: Bool { configured == .none && interface == .none }
}

/// Why instructions can't be given. What is in force is what was in force before.
package enum PolicyError: Error, Hashable, Sendable {
  case rules(RuleError)
  /// In both lists.
  case allowedAndDenied(Network)
  /// More networks of a family than the list has room for.
  case tooManyNetworks(Network.Family, count: Int, capacity: Int)
  case tooManyDestinations(Network.Family, count: Int, capacity: Int)
  case tooManyMACs(count: Int, capacity: Int)
  /// Old and new ones have to have room side by side while one list takes the other's place.
  case noRoomForBoth(Network.Family, count: Int, capacity: Int)
  /// Somebody else has been changing it for all of the time that was waited.
  case busy
  case system(SystemCallError)
}
