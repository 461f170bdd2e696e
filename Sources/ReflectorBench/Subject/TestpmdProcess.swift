import Glibc
import LinuxSystem

/// DPDK's forwarder, which people use as a reflector: `5tswap` on an AF_XDP socket in copy mode.
///
/// A child with one owner. Should the owner die, its standard input ends, and so does it.
struct TestpmdProcess: ~Copyable {
  static let program = "dpdk-testpmd"

  private var process: ChildProcess
  private var lines: LineReader
  /// `DPDK 22.11.11`, as it says.
  let version: String?

  /// Starts it and returns when it forwards, which takes it some seconds.
  ///
  /// - Parameters:
  ///   - cpu: of the thread that forwards; `idleCPU` is for the one that only waits.
  ///   - options: more of its own (`--burst=64`), or of its device (`busy_budget=64`), with blanks between.
  init(lab: borrowing BenchLab, cpu: Int, idleCPU: Int, options: String) throws {
    // Into a pipe it would say nothing before its end: stdbuf makes it say each line, and becomes it.
    var command = ChildProcess.Command(
      program: "stdbuf",
      arguments: ["-oL", Self.program] + Self.arguments(cpu: cpu, idleCPU: idleCPU, options: options),
      hasInput: true, joinsErrors: true)
    // Its program alone, as ours is: libxdp's dispatcher would cost each frame something and leave pins. Without a
    // BPF file system it doesn't make its folder there, either.
    command.environment = ["LIBXDP_SKIP_DISPATCHER": "1", "LIBXDP_BPFFS": "/nowhere"]
    let process = try lab.insideReflector { try ChildProcess(command) }
    var lines = LineReader(process.output.rawValue)
    var version: String?
    var last = "it said nothing"
    while true {
      guard let line = try lines.next(within: 20_000) else { throw Self.notStarted(last) }
      if let found = line.firstRange(of: "RTE Version: '") {
        version = String(line[found.upperBound...].prefix { $0 != "'" })
      }
      // Said after it has thrown away what came before.
      if line.contains("packets/burst=") { break }
      if !line.allSatisfy(\.isWhitespace) { last = line }
    }
    self.version = version
    self.process = process
    self.lines = lines
  }

  /// As good as it gets on a veth pair: one thread and one queue, no busy polling that the pair can't do.
  static func arguments(cpu: Int, idleCPU: Int, options: String) -> [String] {
    let words = options.split(separator: " ").map(String.init)
    let ofDevice = ["start_queue=0", "queue_count=1", "force_copy=1"] + words.filter { !$0.hasPrefix("-") }
    let budget = ofDevice.contains { $0.hasPrefix("busy_budget=") } ? [] : ["busy_budget=0"]
    let device = (["net_af_xdp0", "iface=\(BenchLab.reflectorEnd)"] + ofDevice + budget).joined(separator: ",")
    return [

      "-v", "--no-huge", "-m", "256", "--no-pci", "--no-telemetry", "--no-shconf", "-l", "\(idleCPU),\(cpu)",
      "--main-lcore", "\(idleCPU)", "--vdev", device, "--", "-i", "--auto-start", "--forward-mode=5tswap",
      "--nb-cores=1", "--no-lsc-interrupt", "--no-flush-rx", "--total-num-mbufs=16384",
    ] + words.filter { $0.hasPrefix("-") }
  }

  var id: pid_t { process.id }

  var isRunning: Bool {
    mutating get { process.isRunning }
  }

  /// Ends it, which takes it a moment.
  mutating func stop() {
    process.interrupt()
    // Nobody reads what it says to that, and it may be much.
    while (try? lines.next(within: 3000)) != nil {}
    _ = process.wait()
  }

  /// Of the thread that forwards.
  static func isWorker(_ name: String) -> Bool { name.contains("-worker") }

  static let ended = BenchError(
    "\(program) ended in the middle of a run", why: "it was told to by nobody here",
    remedy: "leave it out: name the others with --only")

  private static func notStarted(_ last: String) -> BenchError {
    BenchError("start \(program)", why: last, remedy: "leave it out: name the others with --only")
  }
}
