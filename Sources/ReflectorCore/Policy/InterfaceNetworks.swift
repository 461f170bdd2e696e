/// What an interface's own addresses say of sources: the supervisor keeps it as they change.
public struct InterfaceNetworks: Hashable, Sendable {
  /// Nobody else sends from these.
  public var addresses: [IPAddress]
  /// Those that the addresses are in: without an OUI to tell testers by, only their sources are answered.
  public var networks: [Network]

  public init(addresses: [IPAddress] = [], networks: [Network] = []) {
    self.addresses = addresses
    self.networks = networks
  }
}
