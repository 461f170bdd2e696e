import ReflectorCore
import Testing

@testable import ReflectorXDP

struct ConfigurationTests {
  @Test func `the defaults are good, and answer every rule set on NetAlly's port`() throws {
    let configuration = Configuration(interface: "eth0")
    #expect(
      try configuration.validate().rules.map(\.name) == ["ito.probeot", "ito.data", "ito.latency", "rfc2544", "y1564"])
    #expect(configuration.oui == .netAlly)
    #expect(configuration.rules.allSatisfy { $0.port == 3842 })
  }

  @Test(arguments: [0, 1, 63, 65, 100, 4095, 65537, 131_072, -64])
  func `frames must be a power of two that the rings can have`(frames: Int) {
    var configuration = Configuration(interface: "eth0")
    configuration.frames = frames
    let error = #expect(throws: ReflectorError.self) { try configuration.validate() }
    #expect(error?.kind == .usage)
    #expect(error?.what.contains("--frames \(frames)") == true)
    #expect(error?.why == "it must be a power of two from 64 to 65536")
  }

  @Test(arguments: [(0, false), (1, true), (64, true), (256, true), (257, false)])
  func `a batch has its bounds`(batch: Int, good: Bool) {
    var configuration = Configuration(interface: "eth0")
    configuration.batch = batch
    #expect(((try? configuration.validate()) != nil) == good)
  }

  @Test(arguments: [(-1, false), (0, true), (50, true), (1_000_000, true), (1_000_001, false)])
  func `looking on has its bounds`(spin: Int, good: Bool) {
    var configuration = Configuration(interface: "eth0")
    configuration.spin = spin
    #expect(((try? configuration.validate()) != nil) == good)
  }

  @Test(arguments: [([0], true), ([3, 1], true), ([], false), ([-1], false), ([0, 1, 0], false)])
  func `queues are numbers from 0 up, each once`(queues: [Int], good: Bool) {
    var configuration = Configuration(interface: "eth0")
    configuration.queues = queues
    #expect(((try? configuration.validate()) != nil) == good)
  }

  @Test(arguments: [(Configuration.Mode.auto, ["--frames"]), (.copy, []), (.zeroCopy, [])])
  func `what is for sockets can't be had in the kernel datapath`(mode: Configuration.Mode, options: [String]) {
    var configuration = Configuration(interface: "eth0")
    configuration.mode = mode
    configuration.socketOptions = options
    #expect(throws: Never.self) { try configuration.validate() }
    configuration.datapath = .kernel
    let error = #expect(throws: ReflectorError.self) { try configuration.validate() }
    #expect(error?.kind == .usage && error?.what.contains("--datapath kernel") == true)
  }

  @Test(
    arguments: [
      (Configuration.Datapath.kernel, 2, nil, true), (.auto, 2, nil, true), (.kernel, nil, [0, 1], true),
      (.kernel, 2, [0, 1], true), (.auto, 2, [5, 3], true), (.xsk, 2, nil, false), (.kernel, 1, nil, false),
      (.kernel, nil, [4], false), (.kernel, 3, [0, 1], false), (.kernel, -1, nil, false),
    ] as [(Configuration.Datapath, Int?, [Int]?, Bool)])
  func `frames are spread over two CPUs at least, by the kernel, and as many as are named`(
    datapath: Configuration.Datapath, spread: Int?, cpus: [Int]?, good: Bool
  ) {
    var configuration = Configuration(interface: "eth0")
    configuration.datapath = datapath
    configuration.spread = spread
    configuration.cpus = cpus
    configuration.socketOptions = cpus == nil ? [] : ["--cpus"]
    #expect(configuration.spreads)
    #expect(((try? configuration.validate()) != nil) == good)
    configuration.mode = .generic
    #expect(throws: ReflectorError.self) { try configuration.validate() }
  }

  @Test func `--cpus are for the workers where frames aren't spread`() throws {
    var configuration = Configuration(interface: "eth0")
    (configuration.cpus, configuration.socketOptions) = ([0], ["--cpus"])
    for datapath in [Configuration.Datapath.xsk, .auto] {
      configuration.datapath = datapath
      #expect(!configuration.spreads && configuration.optionsForSockets == ["--cpus"])
      #expect(throws: Never.self) { try configuration.validate() }
    }
  }

  @Test func `chunks are 2048 or 4096 bytes`() {
    var configuration = Configuration(interface: "eth0")
    configuration.chunkSize = 3000
    #expect(throws: ReflectorError.self) { try configuration.validate() }
  }

  @Test func `no rule at all is an error that says what to give`() {
    var configuration = Configuration(interface: "eth0")
    configuration.rules = []
    let error = #expect(throws: ReflectorError.self) { try configuration.validate() }
    #expect(error?.description.split(separator: "\n").count == 3)
  }

  @Test func `rules that exclude each other are told by name`() throws {
    var configuration = Configuration(interface: "eth0")
    let signature = try Signature(offset: 0, bytes: Array("ABC".utf8))
    configuration.rules = [
      try Rule(name: "a", port: 1, signature: signature), try Rule(name: "b", port: 1, signature: signature),
    ]
    let error = #expect(throws: ReflectorError.self) { try configuration.validate() }
    #expect(error?.why.contains("\"a\"") == true && error?.why.contains("\"b\"") == true)
  }
}
