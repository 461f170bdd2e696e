import AFXDP
public import ReflectorCore

/// Everything that `attach` can be told, checked.
public struct Configuration: Sendable {
  /// How to attach and bind.
  public enum Mode: String, Sendable, CaseIterable {
    /// The best that can be had, stepping down aloud.
    case auto
    /// Native attach, zero-copy on every queue, or an error.
    case zeroCopy = "zero-copy"
    /// Native attach, copy on every queue, or an error.
    case copy
    /// Generic attach, copy on every queue.
    case generic
  }

  /// Who sends the frames back.
  public enum Datapath: String, Sendable, CaseIterable {
    /// Workers of this process, through AF_XDP sockets.
    case xsk
    /// The XDP program itself (XDP_TX): no sockets, no workers, no UMEM.
    case kernel
    /// The kernel where zero-copy can't be had and nothing asks for user space, else AF_XDP; said aloud.
    case auto
  }

  /// Name or altname.
  public var interface: String
  /// Name in /run/netns, or a path; nil for the caller's network namespace.
  public var namespace: String?
  public var mode: Mode = .auto
  public var datapath: Datapath = .xsk
  /// Options that the operator named, and that mean something to AF_XDP sockets and their workers alone:
  /// `--frames`. The kernel datapath can't be had with them.
  package var socketOptions: [String] = []
  public var reflect: ReflectMode = .all
  /// In order: the first that matches a frame counts it.
  public var rules: [Rule]
  /// The source OUI that gets an answer; nil for any.
  public var oui: OUI? = .netAlly
  /// Who gets an answer, how often, and what becomes of those who get none.
  public var policy = Policy()
  /// Conversations that are kept, each with its counts and what the guard against loops knows of it: 1024 …
  /// 16,777,216, or 0 for none. Those that were quiet for longest make room.
  public var flows = 1_048_576
  /// Queues that reflect, ascending; nil for all. Frames on the others pass to the host's stack.
  public var queues: [Int]?
  /// CPUs for the workers, in the order of the queues and again from the start when there are fewer; nil
  /// for all that this process may use. In the kernel datapath the CPUs that frames are spread over.
  public var cpus: [Int]?
  /// How many CPUs frames are spread over in the kernel datapath, 2 at least: those of `cpus`, or the first that this
  /// process may use. Nil to reflect each frame on the CPU that it arrives on, unless `cpus` names some.
  public var spread: Int?
  /// Chunks in a queue's UMEM, and entries in each of its rings: a power of two, 64 ... 65536.
  public var frames = 4096
  /// Bytes of a chunk: 2048 or 4096. A frame over 256 bytes less takes several.
  public var chunkSize = 4096
  public var hugePages = false
  /// Spin instead of block, with the kernel's preferred busy polling (Linux 5.11).
  public var busyPoll = false
  /// Microseconds that a worker without work looks on before it blocks, where frames come that often; 0: it blocks at
  /// once. With ``busyPoll`` it never blocks.
  public var spin = 50
  /// The most frames in one turn, 1 ... 256.
  public var batch = 64
  /// Where the pins go, in a folder named for the interface; nil for none, so that no other process can
  /// look in.
  public var pinDirectory: String? = Configuration.defaultPinDirectory

  public static let defaultPinDirectory = "/sys/fs/bpf/reflector-xdp"
  /// Bytes of the longest frame that fits a chunk: the kernel keeps some of each to itself.
  package static func longestFrame(chunkSize: Int) -> Int {
    chunkSize - Int(ChunkSize.kernelHeadroom)
  }

  package static let frameCounts = (6...16).map { 1 << $0 }
  package static let framesAllowed = "a power of two from 64 to 65536"
  package static let chunkSizes = [2048, 4096]
  package static let chunkSizesAllowed = "2048 or 4096"
  package static let batchRange = 1...256
  package static let spinRange = 0...1_000_000
  /// As many as there may be CPUs (`IndexList`).
  package static let spreadRange = 2...65_536

  /// NetAlly's performance port.
  public static let defaultPort: UInt16 = 3842

  /// With every rule set on the default port.
  public init(interface: String) {
    self.interface = interface
    rules = RuleSet.allCases.flatMap { $0.rules(port: Self.defaultPort) }
  }
}

extension Configuration {
  /// Checks what can be checked without looking at the host.
  ///
  /// - Throws: ``ReflectorError`` of the kind `usage` that names the option and what is allowed.
  package func validate() throws(ReflectorError) -> RuleTable {
    try Self.check(Self.frameCounts.contains(frames), "frames", "\(frames)", Self.framesAllowed)
    try Self.check(Self.chunkSizes.contains(chunkSize), "chunk-size", "\(chunkSize)", Self.chunkSizesAllowed)
    try Self.check(Self.batchRange.contains(batch), "batch", "\(batch)", Self.words(Self.batchRange))
    try Self.check(Self.spinRange.contains(spin), "spin", "\(spin)", Self.words(Self.spinRange) + " microseconds")
    try Self.check(!rules.isEmpty, "rules", "none", "at least one rule set (ito, rfc2544, y1564) or one --rule")
    try Self.check(queues?.isEmpty != true, "queues", "none", "at least one queue, such as 0-3")
    // A negative one would trap where the kernel wants 32 bits; one named twice could only be busy.
    try Self.check(
      queues.map { $0.allSatisfy { $0 >= 0 } && Set($0).count == $0.count } ?? true, "queues", "\(queues ?? [])",
      "numbers from 0 up, each once")
    try Self.check(cpus?.isEmpty != true, "cpus", "none", "at least one CPU, such as 2-5")
    try validateSpread()
    try validatePolicy()
    if datapath == .kernel || spread != nil, let option = optionsForSockets.first {
      throw .forSockets(option, besides: datapath == .kernel ? "--datapath kernel" : "--spread")
    }
    do {
      return try RuleTable(rules)
    } catch {
      throw .rules(error)
    }
  }

  /// What was named that asks for AF_XDP: `--busy-poll`, `--mode copy`.
  package var optionsForSockets: [String] {
    // Frames are spread over CPUs, too.
    socketOptions.filter { $0 != "--cpus" || !mayNameCPUs }
      + (mode == .zeroCopy || mode == .copy ? ["--mode \(mode.rawValue)"] : [])
  }

  private var mayNameCPUs: Bool { datapath == .kernel || spread != nil }

  /// Whether frames go to other CPUs in the kernel datapath.
  package var spreads: Bool { spread != nil || datapath == .kernel && cpus != nil }

  private static func words(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }

  private func validateSpread() throws(ReflectorError) {
    guard spreads else { return }
    let option = spread.map { "--spread \($0)" } ?? "--cpus with --datapath kernel"
    if datapath == .xsk {
      throw .spread(
        option, "a frame that went to another CPU has lost its queue, and a socket takes none of another",
        "attach with --datapath kernel")
    }
    if mode == .generic {
      throw .spread(
        option, "generic XDP doesn't run the program on each frame that went to another CPU",
        "attach with --mode auto, or leave --spread and --cpus out")
    }
    if let spread, let cpus, cpus.count != spread {
      throw .spread(option, "--cpus names \(cpus.count)", "leave --spread out, or name as many CPUs")
    }
    if (spread ?? cpus?.count ?? 0) < 2 {
      throw .spread(option, "it takes 2 CPUs at least", "see reflector-xdp attach --help, «--spread»")
    }
  }
}

extension ReflectorError {
  static func spread(_ option: String, _ why: String, _ remedy: String) -> ReflectorError {
    ReflectorError(.usage, what: "\(option) can't be used", why: why, remedy: remedy)
  }

  fileprivate static func forSockets(_ option: String, besides other: String) -> ReflectorError {
    ReflectorError(
      .usage, what: "\(option) can't be used with \(other)",
      why: "it is about AF_XDP sockets and their workers, and there are none in the kernel datapath",
      remedy: "leave it out, or attach with --datapath xsk")
  }
}
