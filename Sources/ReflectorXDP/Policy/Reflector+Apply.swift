import LinuxSystem
import ReflectorCore
import XDPControl

extension Reflector {
  /// Gives a running reflector another configuration: its rules, OUI and policy, as a whole and at once. What commands
  /// have changed since is overwritten.
  ///
  /// On the thread that attached.
  ///
  /// - Returns: what changed, in words, a line a thing; none where nothing did.
  /// - Throws: ``ReflectorError``, with nothing changed: `usage` for what is wrong in itself, `configuration` for
  ///   options that take a new attach, and what the kernel refuses.
  public func apply(_ configuration: Configuration) throws(ReflectorError) -> [String] {
    _ = try configuration.validate()
    let fixed = self.configuration.differences(from: configuration)
    guard fixed.isEmpty else {
      throw ReflectorError(
        .configuration,
        what: "\(attachment.interface): \(fixed.joined(separator: ", ")) can't be changed while it runs",
        why: "only rules, OUI, sources, destinations and limits can", remedy: "attach again, or set them as they were")
    }
    let changes: [String]
    do throws(PolicyError) {
      changes = try lock.withTurn { () throws(PolicyError) in try apply(to: configuration) }
    } catch {
      throw .policy(error, of: attachment.interface)
    }
    self.configuration = configuration
    return changes + configuration.policyNotices
  }

  private func apply(to configuration: Configuration) throws(PolicyError) -> [String] {
    let before = try maps.readPolicy()
    let addresses: [InterfaceAddress]
    do {
      addresses = try InterfaceAddress.all(ofInterface: interfaceIndex)
    } catch {
      throw .system(SystemCallError(error.operation, error.errno))
    }
    let instructions = configuration.instructions(addresses)
    try maps.apply(instructions, before: before)
    return PolicyChanges(from: before.instructions, to: instructions).lines
  }
}

extension ReflectorMaps {
  /// As ``policyState()``, for those who throw what policy throws.
  func readPolicy() throws(PolicyError) -> PolicyState {
    do {
      return try policyState()
    } catch {
      throw .system(error)
    }
  }
}

extension Configuration {
  /// The options that are something else in another configuration, and that a running reflector can't change.
  func differences(from other: Configuration) -> [String] {
    let pairs: [(String, Bool)] = [
      ("interface", interface == other.interface), ("--netns", namespace == other.namespace),
      ("--mode", mode == other.mode), ("--datapath", datapath == other.datapath),
      ("--reflect", reflect == other.reflect), ("--queues", queues == other.queues), ("--cpus", cpus == other.cpus),
      ("--spread", spread == other.spread), ("--frames", frames == other.frames),
      ("--chunk-size", chunkSize == other.chunkSize), ("--huge-pages", hugePages == other.hugePages),
      ("--busy-poll", busyPoll == other.busyPoll), ("--spin", spin == other.spin), ("--batch", batch == other.batch),
      ("--pin-dir", pinDirectory == other.pinDirectory), ("--flows", flows == other.flows),
    ]
    return pairs.filter { !$0.1 }.map(\.0)
  }
}
