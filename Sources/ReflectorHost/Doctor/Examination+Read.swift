internal import Glibc
internal import LinuxSystem
package import ReflectorXDP
internal import XDPControl

extension Examination {
  /// Looks at everything, changes nothing, and needs no privilege: what can't be seen without one is unknown.
  ///
  /// Enters the configuration's namespace with the calling thread.
  ///
  /// - Parameter seconds: the time between the two looks at counters.
  /// - Throws: ``ReflectorError``: no such interface or namespace, or no right to enter it.
  package static func read(_ configuration: Configuration, seconds: Double) throws(ReflectorError) -> Examination {
    try Place.enter(configuration.namespace)
    let survey = try HostSurvey.read(interface: configuration.interface, namespace: configuration.namespace)
    let name = survey.interface.name
    var examination = Examination(
      survey: survey, setup: ReflectorSetup(configuration, on: survey), verifierLog: VerifierLog().read(),
      watchers: Watchers.find(watching: Set([name, survey.requestedName] + survey.interface.alternativeNames)),
      commands: HostCommands(
        interface: name, namespace: configuration.namespace,
        pinDirectory: configuration.pinDirectory ?? Configuration.defaultPinDirectory))
    examination.peer = VethPeer.find(of: survey.interface, ours: configuration.namespace)
    let all = (try? Interface.all()) ?? []
    examination.vlanDevices = all.filter {
      $0.kind == "vlan" && $0.linkIndex == survey.interface.index && $0.linkNamespace == nil
    }.map(\.name)
    if let sysfs = try? Sysfs() {
      examination.virtio = VirtioFeatures.read(survey.interface, driver: survey.driver, in: sysfs)
    }
    if let program = survey.attachedProgram.value, !program.isOurs {
      examination.programHolders = Neighbours.holders(ofProgram: program.id)
    }
    examination.survey.xskHolders = Neighbours.possible(examination.survey, pinDirectory: configuration.pinDirectory)
    examination.watch(configuration, seconds: seconds)
    examination.commands.workers = examination.setup.tuneOptions(configuration, on: survey)
    return examination
  }

  /// Looks at what counts, twice.
  private mutating func watch(_ configuration: Configuration, seconds: Double) {
    accounts = .absent
    // Without a program on the interface nobody need look for maps, which takes root.
    let first: Reading<Statistics> = interface.xdp == nil ? .absent : Self.statistics(configuration)
    if case .value = survey.statistics {
    } else if first.value == nil {
      return accounts = first.map { AccountsInterval($0, $0) }
    }
    usleep(UInt32(seconds * 1e6))
    if case .value = first {
      accounts = Self.statistics(configuration).map { later in AccountsInterval(first.value ?? later, later) }
    } else {
      accounts = first.map { AccountsInterval($0, $0) }
    }
    laterStatistics = Reading { try NICStatistic.all(of: interface) }
    guard let running = accounts.value?.later else { return }
    setup = ReflectorSetup(running: running, configuration)
    commands.running = running.pid
  }

  private static func statistics(_ configuration: Configuration) -> Reading<Statistics> {
    do throws(ReflectorError) {
      let observer = try Observer(
        interface: configuration.interface, namespace: nil,
        pinDirectory: configuration.pinDirectory ?? Configuration.defaultPinDirectory)
      return .value(try observer.statistics())
    } catch {
      switch error.kind {
      case .noInterface: return .absent
      case .noPermission: return .unknown("the maps of the program that is attached can't be read: not permitted")
      default: return .unknown("\(error.what): \(error.why)")
      }
    }
  }
}

extension Reading {
  fileprivate func map<Other>(_ transform: (Value) -> Other) -> Reading<Other> {
    switch self {
    case .value(let value): .value(transform(value))
    case .absent: .absent
    case .unknown(let reason): .unknown(reason)
    }
  }
}
