import ReflectorCore
import XDPControl

/// To whom a reflector answers, in one line: an operator sees at the start how open it is.
struct Openness: CustomStringConvertible {
  /// More are counted, not named.
  private static let few = 4

  private let instructions: Instructions

  init(_ instructions: Instructions) {
    self.instructions = instructions
  }

  /// `any source with OUI 00:c0:17`, `sources in 192.0.2.0/24 (the interface's networks), 10.0.0.0/8`
  var description: String {
    let makers = instructions.oui.map { " with OUI \($0)" } ?? ""
    let allowed = Set(instructions.policy.allowedSources)
    let denied = denied
    if instructions.oui != nil, allowed.isEmpty { return "any source\(makers)" + denied }
    if isOpenToAll { return "any source in the world (--allow any)" + denied }
    if Network.any.allSatisfy(allowed.contains) { return "any source\(makers)" + denied }
    let own = interfaceNetworks.subtracting(allowed).sorted()
    let parts =
      (own.isEmpty ? [] : [Self.list(own) + " (the interface's networks)"])
      + (allowed.isEmpty ? [] : [Self.list(allowed.sorted())])
    guard !parts.isEmpty else { return "no source" }
    return "sources\(makers) in " + parts.joined(separator: ", ") + denied
  }

  private var isOpenToAll: Bool {
    instructions.oui == nil && Network.any.allSatisfy(Set(instructions.policy.allowedSources).contains)
  }

  /// Nothing is answered, which most likely is not what was meant; or everything, which one should have meant.
  var warning: String? {
    if isOpenToAll {
      return "whoever sends a test frame gets an answer, and so does whoever's address it bears: where others than "
        + "testers can send here, name networks with --allow (docs/policy.md)"
    }
    guard instructions.oui == nil, instructions.policy.allowedSources.isEmpty, interfaceNetworks.isEmpty else {
      return nil
    }
    return "no source gets an answer: with --any-oui those in the interface's networks do, and it has no address; "
      + "give it one, or name networks with --allow (any: the world)"
  }

  private var interfaceNetworks: Set<Network> {
    Set(instructions.interfaceNetworks.filter { $0.value == .allowed }.keys)
  }

  private var denied: String {
    let count = instructions.policy.deniedSources.count + instructions.policy.deniedMACs.count
    return count == 0 ? "" : ", less \(count) denied"
  }

  private static func list(_ networks: [Network]) -> String {
    guard networks.count > few else { return networks.map(\.description).joined(separator: ", ") }
    return networks.prefix(few).map(\.description).joined(separator: ", ") + " and \(networks.count - few) more"
  }
}
