import LinuxSystem

/// What `list` shows of an interface, gathered at one moment.
package struct InterfaceSurvey: Sendable {
  /// What a driver says about a feature.
  package enum Claim: String, Hashable, Sendable {
    case yes
    case no
    /// The kernel doesn't tell (before 6.3).
    case unknown

    init(_ actions: XDPFeatures.Actions, in features: XDPFeatures?) {
      self = features.map { $0.actions.isSuperset(of: actions) ? .yes : .no } ?? .unknown
    }
  }

  package let interface: Interface
  package let driver: Driver?
  package let queues: ReceiveQueues
  package let features: XDPFeatures?
  /// Nil when there is none, or none is attached; see ``all(programName:)``.
  package let programName: String?
  package let numaNode: Int?

  /// Native XDP with what a reflector needs: the basic actions, and redirecting.
  package var nativeXDP: Claim { Claim([.basic, .redirect], in: features) }
  /// AF_XDP zero-copy.
  package var zeroCopy: Claim { Claim(.xskZeroCopy, in: features) }

  /// One interface. The errors are those that keep from knowing; what a driver doesn't have is nil.
  ///
  /// `programName` is asked for the name of the program with an id, which takes BPF.
  package init(
    of interface: Interface, sysfs: borrowing Sysfs, programName: (UInt32) -> String?
  ) throws(NetlinkError) {
    do {
      driver = try Driver.of(interface)
    } catch {
      throw NetlinkError(error)
    }
    queues = try ReceiveQueues.of(interface)
    features = try XDPFeatures.of(interface)
    numaNode = interface.numaNode(in: sysfs)
    self.programName = interface.xdp?.programID.flatMap(programName)
    self.interface = interface
  }

  /// All interfaces of the calling thread's network namespace, by index. Those that go away meanwhile are
  /// left out.
  package static func all(programName: (UInt32) -> String? = { _ in nil }) throws(NetlinkError) -> [InterfaceSurvey] {
    let sysfs: Sysfs
    do {
      sysfs = try Sysfs()
    } catch {
      throw NetlinkError(error)
    }
    var surveys: [InterfaceSurvey] = []
    for interface in try Interface.all() {
      do {
        surveys.append(try InterfaceSurvey(of: interface, sysfs: sysfs, programName: programName))
      } catch {
        guard error.errno == .noSuchDevice else { throw error }
      }
    }
    return surveys
  }
}
