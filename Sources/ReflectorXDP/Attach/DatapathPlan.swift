import LinuxSystem
import ReflectorCore
import XDPControl

/// Which datapaths are tried, in this order until one can be had, and what the operator should hear of the choice.
/// Pure: wishes and facts in, a plan out.
struct DatapathPlan: Hashable {
  /// A program and the ways to attach it.
  struct Attempt: Hashable {
    let program: DatapathProgram
    let steps: [Step]
  }

  /// What of the interface the choice depends on.
  struct Facts {
    let name: String
    /// Whether the driver claims AF_XDP zero-copy; nil where the kernel doesn't tell (before Linux 6.3).
    let claimsZeroCopy: Bool?
    /// Of a veth; absent for others.
    let farEnd: Reading<VethFarEnd>
  }

  private(set) var attempts: [Attempt] = []
  private(set) var notices: [String] = []
  private(set) var warnings: [String] = []

  /// - Parameter spread: the CPUs to spread frames over, if any: that takes the kernel, and a native program.
  init(_ configuration: Configuration, spread: [Int]? = nil, _ facts: @autoclosure () -> Facts) {
    if let spread {
      let program = DatapathProgram.spread(configuration.reflect, over: spread)
      attempts = [Attempt(program: program, steps: [Step(attach: .native, binds: [])])]
      warnings = Self.warnings(facts().farEnd)
      if configuration.datapath == .auto { notices = ["datapath kernel: --spread asks for it"] }
      return
    }
    let sockets = Attempt(program: .xsk, steps: StepPlan.steps(for: configuration.mode))
    let kernel = Attempt(
      program: .kernel(configuration.reflect), steps: StepPlan.kernelSteps(for: configuration.mode))
    switch configuration.datapath {
    case .xsk: attempts = [sockets]
    case .kernel:
      attempts = [kernel]
      if configuration.mode != .generic { warnings = Self.warnings(facts().farEnd) }
    case .auto:
      if let option = configuration.optionsForSockets.first {
        attempts = [sockets]
        notices = ["datapath xsk: \(option) asks for user space"]
      } else {
        choose(configuration, facts(), sockets, kernel)
      }
    }
  }

  /// Where zero-copy may be had it is tried, and what the kernel gives comes after it.
  private mutating func choose(
    _ configuration: Configuration, _ facts: Facts, _ sockets: Attempt, _ kernel: Attempt
  ) {
    guard configuration.mode != .generic else {
      attempts = [kernel]
      notices = ["datapath kernel: --mode generic has no zero-copy"]
      return
    }
    if let obstacle = Self.obstacle(facts.farEnd) {
      attempts = [sockets]
      notices = ["datapath xsk: \(obstacle)"]
    } else if facts.claimsZeroCopy == false {
      attempts = [kernel]
      notices = ["datapath kernel: the driver of \(facts.name) has no zero-copy"]
    } else {
      attempts = [Attempt(program: .xsk, steps: StepPlan.steps(for: .zeroCopy)), kernel]
    }
  }

  /// Why frames that are sent back from the kernel wouldn't all arrive; nil if they would.
  private static func obstacle(_ farEnd: Reading<VethFarEnd>) -> String? {
    switch farEnd {
    case .absent: nil
    case .unknown(let reason): "whether the far end takes frames from the kernel datapath can't be told (\(reason))"
    case .value(let end):
      switch end.reception {
      case .taken: nil
      case .late: "the far end \(end.description) has no native XDP program, and would get the frames late"
      case .dropped: "the far end \(end.description) has no native XDP program, and would drop the frames"
      }
    }
  }

  /// What the operator who asked for the kernel should hear.
  private static func warnings(_ farEnd: Reading<VethFarEnd>) -> [String] {
    guard let end = farEnd.value, end.reception != .taken else { return [] }
    let fate = end.reception == .late ? "come late" : "are dropped"
    return [
      "the far end \(end.description) has no native XDP program: frames sent back to it \(fate); give it one that "
        + "passes all: \(end.attachCommand)"
    ]
  }

  /// Whether frames that the kernel datapath sends would arrive, as far as that can be told.
  static func wouldArrive(_ farEnd: Reading<VethFarEnd>) -> Bool { obstacle(farEnd) == nil }
}

extension VethFarEnd {
  /// For any object with an XDP program.
  fileprivate var attachCommand: String {
    let command = "ip link set dev \(interface) xdpdrv object FILE section xdp"
    guard let namespace else { return command }
    return namespace.contains("/") ? "nsenter --net=\(namespace) \(command)" : "ip netns exec \(namespace) \(command)"
  }
}
