internal import Glibc
internal import LinuxSystem
package import ReflectorXDP
internal import XDPControl

/// Tunes an interface by its name, in a network namespace.
package struct InterfaceTuner {
  /// Its real name.
  package let interface: String
  private let tuner: Tuner<LiveHost>

  /// Enters the namespace, with the calling thread.
  ///
  /// - Parameter process: on whose behalf; nil for an operator, whose settings stay until he takes them back.
  package init(_ name: String, namespace: String?, process: ProcessIdentity? = nil) throws(ReflectorError) {
    let found = try Place.find(name, namespace: namespace, pinDirectory: nil)
    self.init(found.interface, place: Self.place(of: found), namespace: namespace, process: process)
  }

  /// Where its former values are, or are to be: under the name that it had then. A name that another interface had
  /// first, which was renamed since, isn't free.
  private static func place(of found: Place) -> String {
    let device = TuningState.Device(found.interface)
    if let known = TuningStore.place(of: device) { return known }
    let name = found.pins.description
    guard let other = TuningStore.device(of: name), let living = try? Interface.find(index: other.index) else {
      return name
    }
    return other.isSame(as: TuningState.Device(living)) ? name + "#\(device.index)" : name
  }

  private init(_ interface: Interface, place: String, namespace: String?, process: ProcessIdentity? = nil) {
    self.interface = interface.name
    tuner = Tuner(
      LiveHost(interface, namespace: namespace), device: TuningState.Device(interface), place: place, process: process)
  }

  package func preview(_ request: TuningRequest) throws(ReflectorError) -> TuningReport { try tuner.preview(request) }

  /// Comes back when the link does, which many drivers take down for it.
  package func tune(_ request: TuningRequest) throws(ReflectorError) -> TuningReport {
    try withCarrier { () throws(ReflectorError) in try tuner.tune(request) }
  }

  /// Puts back what was set on behalf of the process that this was made for. Also after the interface has gone.
  package func revert() throws(ReflectorError) -> TuningReport {
    let isThere = (try? Interface.find(index: tuner.device.index)) != nil
    if isThere { return try withCarrier { () throws(ReflectorError) in try tuner.revert() } }
    return try Self.loopback(place: tuner.owner.place, process: tuner.owner.process).tuner.revert(isGone: true)
  }

  /// Puts back what an operator, or a process that has died, had set on the interface that has this name, or had it
  /// when it was tuned, or had it before it went away. Enters the namespace, with the calling thread.
  package static func revert(
    _ name: String, namespace: String?
  ) throws(ReflectorError) -> (interface: String, report: TuningReport) {
    do throws(ReflectorError) {
      let tuner = try InterfaceTuner(name, namespace: namespace)
      return (tuner.interface, try tuner.revert())
    } catch {
      guard error.kind == .noInterface else { throw error }
      return try revertFormer(name, namespace: namespace, instead: error)
    }
  }

  /// By the name that the state file has.
  private static func revertFormer(
    _ name: String, namespace: String?, instead error: ReflectorError
  ) throws(ReflectorError) -> (interface: String, report: TuningReport) {
    // The namespace's own name where it is still there; else the one that was typed is the best there is.
    let isInside = (try? Place.enter(namespace)) != nil
    let place = PinName(interface: name, namespace: isInside ? Place.namespaceName : namespace).description
    if isInside, let device = TuningStore.device(of: place), let renamed = try? Interface.find(index: device.index),
      device.isSame(as: TuningState.Device(renamed))
    {
      let tuner = InterfaceTuner(renamed, place: place, namespace: namespace)
      var report = try tuner.revert()
      report.notes.append("\(name) is called \(renamed.name) now")
      return (renamed.name, report)
    }
    let report = try loopback(place: place).tuner.revert(isGone: true)
    guard !report.rows.isEmpty else { throw error }
    return (name, report)
  }

  /// How long a link may take: autonegotiation takes three seconds, spanning trees far more.
  private static let carrierPatience: UInt64 = 10_000_000_000

  private var hasCarrier: Bool { (try? Interface.find(index: tuner.device.index))?.hasCarrier ?? false }

  /// Waits for a carrier that was there before and went in `body`.
  private func withCarrier(_ body: () throws(ReflectorError) -> TuningReport) throws(ReflectorError) -> TuningReport {
    let hadCarrier = hasCarrier
    var report = try body()
    guard hadCarrier else { return report }
    let deadline = MonotonicClock.nanoseconds + Self.carrierPatience
    while !hasCarrier {
      guard MonotonicClock.nanoseconds < deadline else {
        report.notes.append("the link went down for it and isn't back after 10 s: check the cable and the far end")
        break
      }
      usleep(50_000)
    }
    return report
  }

  /// For the host's own settings any interface will do, and this one is always there.
  private static func loopback(place: String, process: ProcessIdentity? = nil) throws(ReflectorError) -> InterfaceTuner
  {
    let loopback = try Place.find("lo", namespace: nil, pinDirectory: nil)
    return InterfaceTuner(loopback.interface, place: place, namespace: nil, process: process)
  }
}

extension TuningState.Device {
  fileprivate init(_ interface: Interface) {
    self.init(name: interface.name, index: interface.index, namespace: NetworkNamespace.currentInode ?? 0)
  }
}
