import ReflectorCore
import XDPControl

/// What an interface's addresses mean for who gets an answer.
enum InterfaceNetworks {
  /// Nobody else sends from its own addresses. Where any OUI is answered its networks are, and no others unless they
  /// are allowed: so a reflector that is open for all makers isn't open to the world.
  ///
  /// - Parameter allowed: the interface's networks are.
  static func of(_ addresses: [InterfaceAddress], allowed: Bool) -> [Network: NetworkVerdict] {
    var networks: [Network: NetworkVerdict] = [:]
    if allowed {
      for address in addresses { networks[address.network] = .allowed }
    }
    // Last: a network of one address is its own.
    for address in addresses { networks[Network(address.address)] = .own }
    return networks
  }
}
