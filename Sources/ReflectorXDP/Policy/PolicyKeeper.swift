import CReflectorABI
import LinuxSystem
import Logging
import ReflectorCore
import XDPControl

/// Keeps what follows from the interface's addresses, for as long as a reflector runs.
///
/// A command may want its turn at the same time: then this looks again later, and makes nobody wait.
struct PolicyKeeper {
  private let maps: ReflectorMaps
  private let lock: PolicyLock
  private let interface: CInt
  private let log: Logger
  /// What was last written. To find out takes reading all lists, which may be long, beside the workers.
  private var known: [Network: NetworkVerdict]
  private var hasFailed = false

  /// - Parameter known: as it was installed.
  init(
    _ maps: ReflectorMaps, _ lock: PolicyLock, interface: CInt, known: [Network: NetworkVerdict], log: Logger
  ) {
    self.maps = maps
    self.lock = lock
    self.interface = interface
    self.known = known
    self.log = log
  }

  /// In the interface's network namespace.
  mutating func look() {
    do {
      let addresses = try InterfaceAddress.all(ofInterface: interface)
      let number = try maps.generation.value(0)?.number ?? 0
      let allowed = try maps.config.value(UInt32(truncatingIfNeeded: number & 1))?.any_oui == 1
      let networks = InterfaceNetworks.of(addresses, allowed: allowed)
      guard networks != known else { return }
      if try write(networks), allowed { tell(networks) }
      known = networks
      hasFailed = false
    } catch PolicyError.busy {
      return
    } catch {
      if !hasFailed { log.warning("the interface's networks couldn't be told to the program: \(error)") }
      hasFailed = true
    }
  }

  private func write(_ networks: [Network: NetworkVerdict]) throws(PolicyError) -> Bool {
    try lock.withTurn(patience: 0) { () throws(PolicyError) in
      let before: PolicyState
      do throws(SystemCallError) {
        before = try maps.policyState()
      } catch {
        throw .system(error)
      }
      var instructions = before.instructions
      instructions.interfaceNetworks = networks
      return try maps.apply(instructions, before: before)
    }
  }

  private func tell(_ networks: [Network: NetworkVerdict]) {
    let allowed = networks.filter { $0.value == .allowed }.keys.sorted().map(\.description)
    log.notice(
      "the interface has other networks: sources in them get an answer",
      metadata: ["networks": "\(allowed.isEmpty ? "none" : allowed.joined(separator: ", "))"])
  }
}
