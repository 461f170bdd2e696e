import AFXDP
import XDPControl

/// One way of attaching and binding, and what it is called.
package struct Step: Hashable, Sendable {
  package let attach: AttachMode
  /// For each queue, in this order until one is granted. Empty in the kernel datapath, which has no sockets.
  package let binds: [BindMode]

  /// Whether the program itself sends the frames back.
  package var reflectsInKernel: Bool { binds.isEmpty }

  /// How to bind a queue that comes when others are bound already: no better than the best of those, so that what
  /// the driver refused once isn't asked of it again.
  package func binds(beside bound: [BindMode]) -> [BindMode] {
    bound.contains(.zeroCopy) ? binds : binds.filter { $0 != .zeroCopy }
  }
}

/// The ways to try, best first.
///
/// Zero-copy stands under native attach only: under a generic program some drivers grant a zero-copy bind
/// and then never send (docs/adr/0004).
package enum StepPlan {
  package static func steps(for mode: Configuration.Mode) -> [Step] {
    switch mode {
    case .auto:
      [Step(attach: .native, binds: [.zeroCopy, .copy]), Step(attach: .generic, binds: [.copy])]
    case .zeroCopy: [Step(attach: .native, binds: [.zeroCopy])]
    case .copy: [Step(attach: .native, binds: [.copy])]
    case .generic: [Step(attach: .generic, binds: [.copy])]
    }
  }

  /// Those of the kernel datapath, for the modes that don't ask for a socket.
  package static func kernelSteps(for mode: Configuration.Mode) -> [Step] {
    let generic = Step(attach: .generic, binds: [])
    return mode == .generic ? [generic] : [Step(attach: .native, binds: []), generic]
  }
}

/// A step down, or a step that failed: what was tried and the reason that it could not be had.
package struct Refusal: Hashable, Sendable, CustomStringConvertible {
  /// `attach native`, `bind queue 3 zero-copy`.
  package let attempt: String
  /// `EOPNOTSUPP (Operation not supported)`, with the driver's own words where it has some.
  package let reason: String

  package var description: String { "\(attempt): \(reason)" }

  /// Whether native XDP can't take the interface's MTU: drivers use different numbers, and one of two words.
  var isAboutMTU: Bool {
    reason.hasPrefix("ERANGE") || reason.uppercased().contains("MTU") || reason.contains("frame size")
  }
}
