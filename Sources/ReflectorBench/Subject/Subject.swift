/// What reflects.
enum Subject: Hashable, Sendable {
  /// A bare swap and XDP_TX: the most that the veth pair and the tester can do.
  case kernelLimit
  /// `reflector-xdp attach --busy-poll`.
  case xskSpinning
  /// `reflector-xdp attach`: sleeps in poll() when there is nothing to do.
  case xsk
  /// `dpdk-testpmd`, which swaps MAC and IP addresses and ports of everything.
  case testpmd
  /// The same with options of its own: whether it was given its best.
  case testpmdWith(String)
  /// `reflector-xdp attach --datapath kernel`.
  case kernelDatapath
  /// `reflector-xdp attach` with other options: what a setting changes shows beside `xsk`. Without any it is `xsk`
  /// once more, and shows how far two measurements of the same thing are apart.
  case with(String)

  /// As it is asked for, and called in the report.
  var name: String {
    switch self {
    case .kernelLimit: "kernel limit"
    case .xskSpinning: "xsk spinning"
    case .xsk: "xsk"
    case .testpmd: "testpmd"
    case .testpmdWith(let options): "testpmd \(options)"
    case .kernelDatapath: "kernel datapath"
    case .with(let options): options.isEmpty ? "the same again" : options
    }
  }

  /// Of `attach`, beside those that every reflector gets.
  var options: [String] {
    switch self {
    case .kernelLimit, .xsk, .testpmd, .testpmdWith: []
    case .xskSpinning: ["--busy-poll"]
    case .kernelDatapath: ["--datapath", "kernel"]
    case .with(let options): options.split(separator: " ").map(String.init)
    }
  }

  /// Whether it is this program, and not something to compare it with.
  var isReflector: Bool { self != .kernelLimit && !isTestpmd }
  var isTestpmd: Bool {
    switch self {
    case .testpmd, .testpmdWith: true
    default: false
    }
  }
  /// Whether it takes its CPU whole, so that no generator can share it.
  var neverRests: Bool { isTestpmd || self == .xskSpinning }
  var hasRules: Bool { isReflector }
  /// Whether it has workers in user space, for which CPUs and a way to bind are chosen.
  var hasWorkers: Bool { self != .kernelLimit && self != .kernelDatapath }
}

extension Subject: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
