import ArgumentParser
import LinuxSystem
import ReflectorCore
import ReflectorXDP

/// The options of `attach` that say what is reflected.
struct PolicyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Which headers to swap; all are MAC, IP and UDP ports.", valueName: "mode"))
  var reflect: ReflectMode = .all

  @Option(
    help: ArgumentHelp(
      "Rule sets to answer, with commas between: ito, rfc2544, y1564; or none. All three if left out.",
      valueName: "sets"),
    transform: RuleSetList.init(argument:))
  var rules = RuleSetList(sets: RuleSet.allCases)

  @Option(
    help: ArgumentHelp(
      "A rule of your own; may be given several times.",
      discussion: """
        bytes are hexadecimal (50524f42 or 50:52:4f:42) or text:ASCII, at most 16; port is a number or any; \
        offset counts from the start of the UDP payload.
        """,
      valueName: "name=…,port=…,offset=…,bytes=…"),
    transform: PolicyOptions.rule(argument:))
  var rule: [Rule] = []

  @Option(
    help: ArgumentHelp("UDP destination port of the rule sets; 0 for any. (default: 3842)", valueName: "number"),
    transform: PolicyOptions.port(argument:))
  var port: UInt16 = Configuration.defaultPort

  @Option(
    help: ArgumentHelp("Answer only sources with this OUI. (default: 00:c0:17)", valueName: "xx:xx:xx"),
    transform: PolicyOptions.oui(argument:))
  var oui: OUI?

  @Flag(help: "Answer sources with any OUI.")
  var anyOui = false

  func validate() throws {
    if oui != nil && anyOui { throw ValidationError("--oui and --any-oui exclude each other") }
  }

  static func rule(argument: String) throws -> Rule {
    do {
      return try Rule(parsing: argument)
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private static func port(argument: String) throws -> UInt16 {
    guard let port = UInt16(argument) else { throw ValidationError("0 to 65535 are allowed") }
    return port
  }

  static func oui(argument: String) throws -> OUI {
    guard let oui = OUI(argument) else {
      throw ValidationError("three bytes such as 00:c0:17 are allowed")
    }
    return oui
  }

  func apply(to configuration: inout Configuration) {
    configuration.reflect = reflect
    configuration.rules = rules.sets.flatMap { $0.rules(port: port) } + rule
    configuration.oui = anyOui ? nil : oui ?? .netAlly
  }
}

/// The options of `attach` that say how.
struct DatapathOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How to attach and bind.",
      discussion: "auto steps down from zero-copy to copy to generic and says why; another mode is had or is an error.",
      valueName: "mode"))
  var mode: Configuration.Mode = .auto

  @Option(
    help: ArgumentHelp(
      "Who sends the frames back.",
      discussion: """
        xsk: workers, through AF_XDP sockets. kernel: the XDP program itself. auto: the kernel where zero-copy can't \
        be had and no option asks for user space; it says which and why.
        """,
      valueName: "datapath"))
  var datapath: Configuration.Datapath = .xsk

  @Option(
    help: ArgumentHelp("Queues that reflect, such as 0-3; all if left out.", valueName: "list"),
    transform: { try DatapathOptions.list($0, of: "queue") })
  var queues: IndexList?

  @Option(
    help: ArgumentHelp(
      "CPUs for the workers, in the order of the queues; all if left out. With --datapath kernel, for --spread.",
      valueName: "list"),
    transform: { try DatapathOptions.list($0, of: "CPU") })
  var cpus: IndexList?

  @Option(
    help: ArgumentHelp(
      "Reflect on so many CPUs, 2 or more, whichever queue a frame arrives on.",
      discussion: """
        Takes the kernel datapath and a native program. A conversation stays on one of the CPUs: those of --cpus, which \
        stand for the number, too, or the first that the process may use.
        """,
      valueName: "number"))
  var spread: Int?

  @Option(
    help: ArgumentHelp(
      "Frames in each queue's UMEM: a power of two from 64 to 65536. (default: 4096)", valueName: "number"))
  var frames: Int?

  @Option(
    help: ArgumentHelp(
      "Bytes of a chunk: 2048 or 4096. A frame over 256 bytes less takes several. (default: 4096)",
      valueName: "bytes"))
  var chunkSize: Int?

  @Flag(help: "Take the UMEM from 2 MiB pages; falls back to 4 KiB pages and says so.")
  var hugePages = false

  @Flag(help: "Spin instead of blocking when idle, with the kernel's preferred busy polling.")
  var busyPoll = false

  @Option(
    help: ArgumentHelp(
      "Look on for so long before blocking, where frames come that often; 0 blocks at once. (default: 50)",
      valueName: "microseconds"))
  var spin: Int?

  @Option(help: ArgumentHelp("The most frames in one turn of a worker, 1 to 256. (default: 64)", valueName: "number"))
  var batch: Int?

  private static func list(_ argument: String, of noun: String) throws -> IndexList {
    do {
      return try IndexList(argument, of: noun)
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func apply(to configuration: inout Configuration) {
    configuration.mode = mode
    configuration.datapath = datapath
    configuration.queues = queues?.indices
    configuration.cpus = cpus?.indices
    configuration.spread = spread
    if let frames { configuration.frames = frames }
    if let chunkSize { configuration.chunkSize = chunkSize }
    configuration.hugePages = hugePages
    configuration.busyPoll = busyPoll
    if let spin { configuration.spin = spin }
    if let batch { configuration.batch = batch }
    configuration.socketOptions = socketOptions
  }

  /// Those that were given and that the kernel datapath has no use for.
  private var socketOptions: [String] {
    [
      ("--cpus", cpus != nil), ("--frames", frames != nil), ("--chunk-size", chunkSize != nil),
      ("--huge-pages", hugePages), ("--busy-poll", busyPoll), ("--spin", spin != nil), ("--batch", batch != nil),
    ].filter(\.1).map(\.0)
  }
}

/// `ito,rfc2544`, or `none` for own rules only.
struct RuleSetList {
  let sets: [RuleSet]

  init(sets: [RuleSet]) {
    self.sets = sets
  }

  init(argument: String) throws {
    guard argument != "none" else {
      sets = []
      return
    }
    var sets: [RuleSet] = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let set = RuleSet(rawValue: String(name)) else {
        let allowed = RuleSet.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(name)' is no rule set; \(allowed) are allowed, or none alone")
      }
      if !sets.contains(set) { sets.append(set) }
    }
    self.sets = sets
  }
}

extension ReflectMode: ExpressibleByArgument {}
extension Configuration.Mode: ExpressibleByArgument {}
extension Configuration.Datapath: ExpressibleByArgument {}
