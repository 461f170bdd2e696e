import ArgumentParser
import LinuxSystem
import Logging
import ReflectorCore
import ReflectorHost
import ReflectorXDP

/// Every key of the configuration file. What is checked, the messages, the schema for editors and the reference in
/// docs/configuration.md come from here; what a key means, from the option's own help.
enum ConfigurationTable {
  struct Section: Sendable {
    let title: String
    let keys: [ConfigurationKey]
  }

  static let sections = [
    Section(title: "What is reflected", keys: reflected), Section(title: "Who gets an answer", keys: admission),
    Section(title: "How often", keys: limits), Section(title: "How", keys: how), Section(title: "Tuning", keys: tuning),
    Section(title: "Where and when", keys: place),
    Section(title: "Output", keys: output),
  ]

  /// What is where nothing is said.
  private static let standard = Configuration(interface: "")

  static let keys = sections.flatMap(\.keys)

  private static let byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })

  static func key(_ name: String) -> ConfigurationKey? { byName[name] }

  /// Options of `attach` that no file has: what is attached to, and the file itself.
  static let notInFiles: Set = ["config", "help", "version"]

  private static let reflected = [
    ConfigurationKey("reflect", words(ReflectMode.self), .restart) { [$0.policy.reflect.rawValue] },
    ConfigurationKey("rules", .words(RuleSet.allCases.map(\.rawValue), alone: "none"), .atOnce) {
      $0.policy.rules.sets.isEmpty ? ["none"] : $0.policy.rules.sets.map(\.rawValue)
    },
    ConfigurationKey(
      "rule", .rules, .atOnce, assign: { $0.policy.rule = try $1.map(PolicyOptions.rule(argument:)) },
      values: { $0.policy.rule.map(\.description) }),
    ConfigurationKey("port", .whole(0...65_535), .atOnce) { ["\($0.policy.port)"] },
    ConfigurationKey("oui", .text(oui), .atOnce) {
      $0.policy.anyOui ? [] : ($0.policy.oui ?? standard.oui).map { ["\($0)"] } ?? []
    },
    ConfigurationKey("any-oui", .flag, .atOnce) { ["\($0.policy.anyOui)"] },
  ]

  private static let admission = [
    ConfigurationKey(
      "allow", .list(network), .atOnce,
      assign: { $0.admission.allow = try $1.map(NetworkList.init(argument:)) },
      values: { $0.admission.allow.flatMap(\.networks).map(\.description) }),
    ConfigurationKey(
      "deny", .list(networkOrMAC), .atOnce,
      assign: { $0.admission.deny = try $1.map(DeniedEntry.init(argument:)) },
      values: { $0.admission.deny.flatMap { $0.mac.map { ["\($0)"] } ?? $0.networks.map(\.description) } }),
    ConfigurationKey(
      "allow-destination", .list(network), .atOnce,
      assign: { $0.admission.allowDestination = try $1.map(NetworkList.init(argument:)) },
      values: { $0.admission.allowDestination.flatMap(\.networks).map(\.description) }),
    ConfigurationKey("refused", words(Policy.Refused.self), .atOnce) {
      [($0.admission.limits.refused ?? standard.policy.refused).rawValue]
    },
    ConfigurationKey("flows", .whole(Configuration.flowsRange, or: 0), .restart) {
      ["\($0.admission.flows ?? standard.flows)"]
    },
  ]

  private static let limits = [
    rate("source-rate", frames) { $0.sourceRate },
    rate("source-bits", bits) { $0.sourceBits },
    rate("total-rate", frames) { $0.totalRate },
    rate("total-bits", bits) { $0.totalBits },
    ConfigurationKey("burst", .whole(Configuration.burstRange, unit: "milliseconds"), .atOnce) {
      ["\($0.admission.limits.burst ?? standard.policy.burst)"]
    },
    ConfigurationKey("loop-guard", words(Policy.LoopGuard.self), .atOnce) {
      [($0.admission.limits.loopGuard ?? standard.policy.loopGuard).rawValue]
    },
    rate("storm", frames) { $0.storm },
    ConfigurationKey("hold-off", .whole(Configuration.holdOffRange, unit: "seconds"), .atOnce) {
      ["\($0.admission.limits.holdOff ?? standard.policy.holdOff)"]
    },
  ]

  private static let frames = ConfigurationKey.Form.rate(RateLimit.framesRange, of: "frames")
  private static let bits = ConfigurationKey.Form.rate(RateLimit.bitsRange, of: "bits")

  private static func rate(
    _ name: String, _ form: ConfigurationKey.Form, _ value: @escaping @Sendable (LimitOptions) -> RateArgument?
  ) -> ConfigurationKey {
    ConfigurationKey(name, form, .atOnce) { [value($0.admission.limits)?.value.map(Rate.text) ?? "none"] }
  }

  private static let how = [
    ConfigurationKey("mode", words(Configuration.Mode.self), .restart) { [$0.datapath.mode.rawValue] },
    ConfigurationKey("datapath", words(Configuration.Datapath.self), .restart) { [$0.datapath.datapath.rawValue] },
    ConfigurationKey("queues", .indices(of: "queue"), .restart) { $0.datapath.queues.map { ["\($0)"] } ?? [] },
    ConfigurationKey("cpus", .indices(of: "CPU"), .restart) { $0.datapath.cpus.map { ["\($0)"] } ?? [] },
    ConfigurationKey("spread", .whole(Configuration.spreadRange, unit: "CPUs"), .restart) {
      $0.datapath.spread.map { ["\($0)"] } ?? []
    },
    ConfigurationKey(
      "frames", .choice(Configuration.frameCounts, allowed: Configuration.framesAllowed), .restart
    ) { ["\($0.datapath.frames ?? standard.frames)"] },
    ConfigurationKey(
      "chunk-size", .choice(Configuration.chunkSizes, allowed: Configuration.chunkSizesAllowed), .restart
    ) { ["\($0.datapath.chunkSize ?? standard.chunkSize)"] },
    ConfigurationKey("huge-pages", .flag, .restart) { ["\($0.datapath.hugePages)"] },
    ConfigurationKey("busy-poll", .flag, .restart) { ["\($0.datapath.busyPoll)"] },
    ConfigurationKey("spin", .whole(Configuration.spinRange, unit: "microseconds"), .restart) {
      ["\($0.datapath.spin ?? standard.spin)"]
    },
    ConfigurationKey("batch", .whole(Configuration.batchRange), .restart) {
      ["\($0.datapath.batch ?? standard.batch)"]
    },
  ]

  private static let tuning = [
    ConfigurationKey("tune", .flag, .restart) { ["\($0.tuning.tune)"] },
    ConfigurationKey("tune-profile", words(TuningProfile.self), .restart) {
      [($0.tuning.tuneProfile ?? .throughput).rawValue]
    },
    ConfigurationKey("tune-skip", .words(Setting.Group.allCases.map(\.rawValue), alone: nil), .restart) {
      $0.tuning.tuneSkip.map { $0.groups.map(\.rawValue).sorted() } ?? []
    },
  ]

  private static let place = [
    ConfigurationKey("netns", .text(name), .restart) { $0.target.place.netns.map { [$0] } ?? [] },
    ConfigurationKey("pin-dir", .text(folder), .restart) { [$0.target.place.pinDir] },
    ConfigurationKey("duration", .decimal(AttachCommand.durations, isFromFirst: false, unit: "seconds"), .restart) {
      $0.duration.map { [ConfigurationKey.Form.short($0)] } ?? []
    },
  ]

  private static let output = [
    ConfigurationKey("interval", .decimal(AttachCommand.intervals, isFromFirst: true, unit: "seconds"), .atOnce) {
      [ConfigurationKey.Form.short($0.interval)]
    },
    ConfigurationKey("format", words(Format.self), .restart) { [$0.output.format.rawValue] },
    ConfigurationKey("log-level", words(Logger.Level.self), .restart) { [$0.logging.logLevel.rawValue] },
  ]

  private static func words<Words: CaseIterable & RawRepresentable<String>>(
    _ type: Words.Type
  ) -> ConfigurationKey.Form {
    .word(type.allCases.map(\.rawValue))
  }

  private static let oui = ConfigurationKey.TextForm(
    allowed: "three bytes such as 00:c0:17", pattern: "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){2}$",
    check: { _ = try PolicyOptions.oui(argument: $0) })

  private static let networkPattern = "^any$|^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"

  private static let network = ConfigurationKey.TextForm(
    allowed: "networks such as 192.0.2.0/24 or 2001:db8::/32, addresses, or any", pattern: networkPattern,
    check: { _ = try NetworkList(argument: $0) })

  private static let networkOrMAC = ConfigurationKey.TextForm(
    allowed: "networks such as 192.0.2.0/24, addresses, or MAC addresses such as 00:c0:17:01:02:03",
    pattern: networkPattern + "|^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$", check: { _ = try DeniedEntry(argument: $0) })

  private static let name = ConfigurationKey.TextForm(
    allowed: "a name in /run/netns, or a path", pattern: ".", mayBeNumber: true,
    check: { if $0.isEmpty { throw ValidationError("the name is empty") } })

  private static let folder = ConfigurationKey.TextForm(
    allowed: "a folder on a BPF file system", pattern: "^/",
    check: { if !$0.hasPrefix("/") { throw ValidationError("'\($0)' doesn't start with a slash") } })
}
