import TestSupport
import Testing

/// The whole program on a real kernel: `reflector-xdp` as a process of its own, on a veth in a network
/// namespace, with frames that an independent program made and checks.
///
/// Titles name the faults of other reflectors that must not be ours by their number in docs/faults.md.
///
/// One after the other: each test has the two ends of a cable to itself, and on a small machine the
/// processor too.
@Suite(.serialized, .enabled(if: Requirements.missing.isEmpty, Requirements.reason), .timeLimit(.minutes(3)))
enum EndToEnd {}

/// How a test has the program attached, and who reflects. (A veth has no zero-copy, so its binds are all copy.)
enum AttachMode: String, CaseIterable, CustomTestStringConvertible {
  case native
  case generic
  case kernel
  case kernelGeneric
  /// The kernel datapath over two CPUs.
  case spread

  /// All that this machine can have.
  static let allCases = [native, generic, kernel, kernelGeneric] + (Requirements.hasTwoCPUs ? [spread] : [])
  /// One of each, native.
  static let eachDatapath = allCases.filter { $0.attachMode == "native" }
  /// Those of the AF_XDP datapath, for tests of its sockets and rings.
  static let withSockets: [AttachMode] = [.native, .generic]

  var testDescription: String { rawValue }
  var isKernel: Bool { self == .kernel || self == .kernelGeneric || self == .spread }
  /// Of the program's, that counts test frames.
  var counter: String { self == .spread ? "spread" : isKernel ? "reflected" : "redirected" }
  var attachMode: String { self != .generic && self != .kernelGeneric ? "native" : "generic" }
  var bindMode: String? { isKernel ? nil : "copy" }

  var options: [String] {
    switch self {
    case .native: ["--mode", "copy"]
    case .generic: ["--mode", "generic"]
    case .kernel: ["--datapath", "kernel"]
    case .kernelGeneric: ["--datapath", "kernel", "--mode", "generic"]
    case .spread: ["--datapath", "kernel", "--spread", "2"]
    }
  }

  /// How many of a veth's queues the tester's frames can reach, from queue 0 up. A veth hands a frame to the
  /// queue that it was sent on. But generic XDP comes later, and goes by the frame's queue mapping: the sender
  /// left its queue's number there, and the receiver takes it for a number that counts from 1.
  func queuesReached(of queues: Int) -> Int { attachMode == "native" ? queues : max(1, queues - 1) }
}

extension NetnsLab {
  /// One in which what the mode sends arrives: by XDP only where the far end has a native program.
  static func with<Result>(
    _ mode: AttachMode, _ shape: Shape = Shape(), _ body: (NetnsLab) throws -> Result
  ) throws -> Result {
    var shape = shape
    shape.receivesXDP = mode == .kernel || mode == .spread
    return try with(shape, body)
  }
}

/// Nothing of an ended reflector is left: no program on the interface, none loaded, no pins.
func expectNothingLeft(
  _ lab: NetnsLab, program: KernelState.Program?, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  // The kernel frees a program's memory a moment after its last user is gone.
  _ = try eventually(within: 15, "no XDP program on \(lab.reflector.interface)") {
    try KernelState.program(on: lab.reflector) == nil ? true : nil
  }
  if let program {
    _ = try eventually(within: 15, "XDP program \(program.id) is freed") {
      try KernelState.isLoaded(program.id) ? nil : true
    }
  }
  #expect(KernelState.pins(of: lab) == [], sourceLocation: sourceLocation)
}

/// The far end's own stack answers, by IPv4 and IPv6, every time.
func expectPing(_ lab: NetnsLab, count: Int = 3, sourceLocation: SourceLocation = #_sourceLocation) throws {
  for address in [lab.reflector.ipv4, lab.reflector.ipv6] {
    let ping = try run(lab.tester.inside(["ping", "-n", "-q", "-c", "\(count)", "-i", "0.02", "-W", "2", address]))
    #expect(ping.status == 0 && ping.output.contains(" 0% packet loss"), "\(ping)", sourceLocation: sourceLocation)
  }
}
