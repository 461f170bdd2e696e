import Glibc
import LinuxSystem
import XDPControl

/// Where the lab wants a reflector: the calling thread is in its network namespace already, and so is
/// every thread that it starts.
package struct LabPlace: Sendable {
  package let interface: String
  /// A descriptor of the namespace, for one who needs to enter it with another thread. Valid until the
  /// reflector has been stopped.
  package let namespace: CInt
  package let queues: Int
}

/// A reflector at work. It is made, asked and stopped on one and the same thread.
package protocol LabReflector {
  /// How it came to run, for the report: `native, copy`.
  var summary: String? { get }

  /// Detaches and ends all its threads before it returns.
  func stop() throws
}

/// The embedded lab: shows the main job on any machine with root, and leaves nothing behind.
///
/// The reflector is handed in, so that a test can put another one, or a faulty one, in its place.
package struct Lab: Sendable {
  /// Attaches a reflector that swaps all addresses and ports (``ReflectMode/all``) for ITO frames on
  /// the default port from any tester with the default OUI. Nothing of it may outlive the process: no
  /// pinned link, and no pinned map.
  package typealias Attach = @Sendable (LabPlace) throws -> any LabReflector

  package let plan: LabPlan
  private let attach: Attach

  package init(_ plan: LabPlan, attach: @escaping Attach) {
    self.plan = plan
    self.attach = attach
  }

  /// Makes the network, runs the plan, takes everything down again. Blocks; needs CAP_SYS_ADMIN,
  /// CAP_NET_ADMIN and CAP_NET_RAW, and what the reflector needs.
  ///
  /// - Parameter stop: raised by another thread, ends the run within 200 ms; the report is then of what
  ///   was done so far.
  package func run(stop: LabStop) throws(LabError) -> LabReport {
    let plan = plan
    let network = try LabNetwork(queues: plan.configuration.queues, mtu: plan.mtu)
    let place = LabPlace(
      interface: LabNetwork.reflectorInterface, namespace: network.reflector.rawValue,
      queues: plan.configuration.queues)
    let reflector = try ReflectorThread(place, attach)
    let summary = try reflector.started()
    let receivesXDP = plan.configuration.receivesXDP
    let frames = LabFrames(tester: LabNetwork.testerMAC, reflector: LabNetwork.reflectorMAC)
    let report = try network.tester.run("lab-tester") { () throws(LabError) in
      let reception = receivesXDP ? try Self.receiveXDP() : nil
      let report = try Tester(plan, frames, interface: LabNetwork.testerInterface, stop: stop).run(reflector: summary)
      withExtendedLifetime(reception) {}
      return report
    }
    try reflector.stop()
    return report
  }

  /// In the tester's namespace.
  private static func receiveXDP() throws(LabError) -> PassProgram {
    try doing("put an XDP program on the tester's end") { () throws(SystemCallError) in
      try PassProgram(interfaceIndex: CInt(bitPattern: if_nametoindex(LabNetwork.testerInterface)))
    }
  }
}
