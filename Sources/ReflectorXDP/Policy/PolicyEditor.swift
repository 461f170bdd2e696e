public import ReflectorCore
import XDPControl

/// What a running reflector is told, by other processes too: its rules, and who gets an answer.
public struct PolicyInForce: Sendable, Hashable {
  /// In order: the first that matches a frame counts it.
  public var rules: [Rule]
  public var policy: Policy
  /// The source OUI that gets an answer; nil for any.
  public let oui: OUI?
  /// Whether conversations are kept.
  public let keepsFlows: Bool
  /// The interface's own networks, whose sources get an answer because any OUI does.
  public let interfaceNetworks: [Network]

  init(_ instructions: Instructions) {
    rules = instructions.rules
    policy = instructions.policy
    oui = instructions.oui
    keepsFlows = instructions.keepsFlows
    interfaceNetworks = instructions.interfaceNetworks.filter { $0.value == .allowed }.keys.sorted()
  }
}

/// Changes what a reflector is told that runs in another process, by its pinned maps. Each change is whole or not at
/// all, and no frame sees half of it.
///
/// Needs the right to open and write the pins (root, as things are). Both datapaths.
public struct PolicyEditor: ~Copyable {
  private let pins: PinnedMaps
  private let lock: PolicyLock
  private let interface: String

  /// Enters the namespace with the calling thread, which stays there.
  ///
  /// - Throws: ``ReflectorError``: `noInterface` when there is no such interface or nothing is attached to it.
  public init(
    interface: String, namespace: String? = nil, pinDirectory: String = Configuration.defaultPinDirectory
  ) throws(ReflectorError) {
    let place = try Place.find(interface, namespace: namespace, pinDirectory: pinDirectory)
    pins = try PinnedMaps.find(place, below: pinDirectory)
    lock = PolicyLock(base: pinDirectory)
    self.interface = place.interface.name
  }

  /// What is in force.
  public func read() throws(ReflectorError) -> PolicyInForce {
    try inTurn { () throws(EditFailure) in PolicyInForce(try state().instructions) }
  }

  /// Reads, changes and writes while nobody else does.
  ///
  /// - Parameter change: throws to leave everything as it is.
  /// - Returns: what changed, in words, a line a thing; none where nothing did.
  /// - Throws: ``ReflectorError``: what `change` throws, what is wrong in what it made, `busy` when others are at it for
  ///   5 seconds. Nothing is changed then.
  @discardableResult
  public func edit(_ change: (inout PolicyInForce) throws(ReflectorError) -> Void) throws(ReflectorError) -> [String] {
    try inTurn { () throws(EditFailure) in
      let before = try state()
      var new = PolicyInForce(before.instructions)
      do throws(ReflectorError) {
        try change(&new)
        try new.validate()
      } catch {
        throw .refused(error)
      }
      var instructions = before.instructions
      instructions.rules = new.rules
      instructions.policy = new.policy
      do throws(PolicyError) {
        try pins.maps.apply(instructions, before: before)
      } catch {
        throw .policy(error)
      }
      return PolicyChanges(from: before.instructions, to: instructions).lines
    }
  }

  private enum EditFailure: Error {
    case policy(PolicyError)
    case refused(ReflectorError)
  }

  private func inTurn<Result>(_ body: () throws(EditFailure) -> Result) throws(ReflectorError) -> Result {
    var refusal: ReflectorError?
    var result: Result?
    do throws(PolicyError) {
      try lock.withTurn { () throws(PolicyError) in
        do throws(EditFailure) {
          result = try body()
        } catch {
          switch error {
          case .policy(let failure): throw failure
          case .refused(let error): refusal = error
          }
        }
      }
    } catch {
      throw .policy(error, of: interface)
    }
    if let refusal { throw refusal }
    guard let result else { throw .policy(.busy, of: interface) }
    return result
  }

  /// The reflector may have ended while this waited for its turn.
  private func state() throws(EditFailure) -> PolicyState {
    guard pins.isAlive else {
      throw .refused(
        ReflectorError(
          .noInterface, what: "no reflector on \(interface)", why: "it has just ended", remedy: "start one again"))
    }
    do {
      return try pins.maps.readPolicy()
    } catch {
      throw .policy(error)
    }
  }
}

extension PolicyInForce {
  /// What can be wrong without a look at the maps.
  func validate() throws(ReflectorError) {
    try policy.validate()
    if policy.stormLimit != nil || policy.loopGuard == .watch, !keepsFlows {
      let option = policy.stormLimit != nil ? "--storm" : "--loop-guard watch"
      throw ReflectorError(
        .usage, what: "\(option) can't be used here", why: "it looks at conversations, and this reflector keeps none",
        remedy: "attach again without --flows 0")
    }
  }
}
