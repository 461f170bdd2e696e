import BPFCode
import CBPF
import CReflectorABI
import Glibc
import LinuxSystem
import ReflectorCore
import ReflectorProgram

/// The XDP program in the kernel, attached to nothing and pinned nowhere, with the maps of one
/// classifier. All that it holds goes when it goes.
///
/// No XDP hook, no interface, no traffic: `BPF_PROG_TEST_RUN` calls it with one frame at a time, as if
/// it had arrived on queue 0 of `lo`.
struct LoadedProgram: ~Copyable {
  /// Which frames the program answered with, beside the counters.
  struct Answer {
    let action: UInt32
    let frame: [UInt8]
  }

  /// The shortest frame that the kernel runs a program on: ETH_HLEN.
  static let shortestFrame = 14

  /// That conversations are spread over.
  static let slots = 4

  private let object: OpaquePointer
  private let program: CInt
  private let counters: PerCPUMap
  private let ruleCounters: PerCPUMap
  private let queueCounters: PerCPUMap
  private let cpuCounters: PerCPUMap

  /// Which of the object's programs; of the kernel datapath's, with which mode.
  enum Datapath: Hashable {
    case xsk
    case kernel(ReflectMode)
    /// Hands frames to another CPU.
    case split
    /// What that CPU does with them.
    case back(ReflectMode)

    func program(multiBuffer: Bool) -> String {
      switch self {
      case .xsk: multiBuffer ? "reflector_frags" : "reflector"
      case .kernel: multiBuffer ? "reflector_tx_fr" : "reflector_tx"
      case .split: multiBuffer ? "reflector_sp_fr" : "reflector_split"
      case .back: multiBuffer ? "reflector_bk_fr" : "reflector_back"
      }
    }

    var mode: ReflectMode {
      switch self {
      case .xsk, .split: .all
      case .kernel(let mode), .back(let mode): mode
      }
    }

    static let all = [xsk, kernel(.all), split, back(.all)]
  }

  /// Owns the loaded object; throws nothing, so that what fails later still closes it.
  private init(owning object: OpaquePointer, name: String) {
    self.object = object
    program = bpf_program__fd(bpf_object__find_program_by_name(object, name))
    queueCounters = PerCPUMap(descriptor: bpf_object__find_map_fd_by_name(object, "queue_counters"))
    cpuCounters = PerCPUMap(descriptor: bpf_object__find_map_fd_by_name(object, "cpu_counters"))
    counters = PerCPUMap(descriptor: bpf_object__find_map_fd_by_name(object, "counters"))
    ruleCounters = PerCPUMap(descriptor: bpf_object__find_map_fd_by_name(object, "rule_counters"))
  }

  /// - Parameter multiBuffer: the program for frames in several parts.
  /// - Parameter policy: beside the classifier's rules. Without one nothing is checked.
  static func load(
    _ classifier: Classifier, _ datapath: Datapath, multiBuffer: Bool = false, policy: TestPolicy? = nil
  ) throws(SystemCallError) -> LoadedProgram {
    let name = datapath.program(multiBuffer: multiBuffer)
    let program = LoadedProgram(owning: try loadObject(datapath, name, flows: policy?.flows ?? 1), name: name)
    try program.fill(classifier)
    if let policy { try program.write(policy, classifier) }
    return program
  }

  deinit {
    bpf_object__close(object)
  }

  private static func loadObject(
    _ datapath: Datapath, _ name: String, flows: UInt32
  ) throws(SystemCallError) -> OpaquePointer {
    try reflectorObject.withBytes { (bytes) throws(SystemCallError) in
      guard let object = bpf_object__open_mem(bytes.baseAddress, bytes.count, nil) else {
        throw SystemCallError("bpf_object__open_mem", .current)
      }
      do throws(SystemCallError) {
        try choose(datapath, name, of: object)
        bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "flows"), flows)
        try check("bpf_object__load") { bpf_object__load(object) }
      } catch {
        bpf_object__close(object)
        throw error
      }
      return object
    }
  }

  private static func choose(_ datapath: Datapath, _ name: String, of object: OpaquePointer) throws(SystemCallError) {
    let names = Datapath.all.flatMap { datapath in [true, false].map { datapath.program(multiBuffer: $0) } }
    for other in names where other != name {
      try check("bpf_program__set_autoload") {
        bpf_program__set_autoload(bpf_object__find_program_by_name(object, other), false)
      }
    }
    // The kernel lets nobody test a program for a CPUMAP; the same instructions may be one for an interface.
    for back in [true, false].map({ Datapath.back(.all).program(multiBuffer: $0) }) {
      bpf_program__set_expected_attach_type(bpf_object__find_program_by_name(object, back), BPF_XDP)
    }
    let mode =
      switch datapath.mode {
      case .mac: REFLECTOR_REFLECT_MAC.rawValue
      case .macIP: REFLECTOR_REFLECT_MAC_IP.rawValue
      case .all: REFLECTOR_REFLECT_ALL.rawValue
      }
    var constants = [mode, UInt32(Self.slots)]
    try check("bpf_map__set_initial_value") {
      bpf_map__set_initial_value(bpf_object__find_map_by_name(object, ".rodata"), &constants, 8)
    }
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "spread"), UInt32(Self.slots))
  }

  private func fill(_ classifier: Classifier) throws(SystemCallError) {
    let seed = slotSeed(classifier)
    try put(UInt32(0), classifier.config(seed: seed), in: "config")
    try put(UInt32(0), reflector_address(mac: classifier.mac.tuple, reserved: (0, 0)), in: "address")
    for port in classifier.table.ports.keys {
      try put(RuleTable.slot(of: port, seed), classifier.table.entry(for: port), in: "ports")
    }
    for rule in values(classifier) { try put(RuleTable.slot(of: rule.signature, seed), rule, in: "signatures") }
  }

  private func values(_ classifier: Classifier) -> [reflector_rule] {
    classifier.table.rules.enumerated().map { RuleTable.value(of: $1, id: $0) }
  }

  private func slotSeed(_ classifier: Classifier) -> UInt32 {
    let rules = values(classifier)
    var seed: UInt32 = 1
    while !classifier.table.isPlaced(rules, seed: seed) { seed &+= 0x2468_ace2 }
    return seed
  }

  /// The settings with a policy's.
  func config(_ classifier: Classifier, _ policy: TestPolicy) -> reflector_config {
    var config = classifier.config(seed: slotSeed(classifier))
    policy.fill(&config)
    return config
  }

  func descriptor(of map: String) -> CInt { bpf_object__find_map_fd_by_name(object, map) }

  func put<Key, Value>(_ key: Key, _ value: Value, in map: String) throws(SystemCallError) {
    let descriptor = descriptor(of: map)
    try check("bpf_map_update_elem \(map)") {
      withUnsafePointer(to: key) { key in
        withUnsafePointer(to: value) { bpf_map_update_elem(descriptor, key, $0, 0) }
      }
    }
  }

  /// Puts a socket on queue 0, so that the program redirects and counts the rule.
  ///
  /// The map takes any AF_XDP socket, bound or not, and a test run returns the action without
  /// carrying it out: neither UMEM nor interface is needed. The map holds the socket no longer than
  /// its descriptor is open, so the caller keeps it.
  func openSocket() throws(SystemCallError) -> OwnedDescriptor {
    let descriptor = try check("socket AF_XDP") { socket(AF_XDP, CInt(SOCK_RAW.rawValue), 0) }
    let owner = OwnedDescriptor(descriptor)
    try put(UInt32(0), UInt32(descriptor), in: "xsks")
    return owner
  }

  /// Lets frames go to CPU 0 that are of one of these slots; the others stand for a CPU that isn't in the map.
  func openCPU(slots: Range<Int>) throws(SystemCallError) {
    try put(UInt32(0), reflector_cpu(queue: 64, program: 0), in: "cpus")
    for slot in 0..<Self.slots { try put(UInt32(slot), UInt32(slots.contains(slot) ? 0 : 1), in: "spread") }
  }

  /// What the program for the other CPU counted.
  func readCPUs() throws(SystemCallError) -> (reflected: UInt64, rejected: UInt64) {
    let sums = try cpuCounters.sums(at: 0, words: 2)
    return (sums[0], sums[1])
  }

  /// Leaves queue 0 to the stack, as `--queues` does with those that it doesn't name.
  func closeQueue() throws(SystemCallError) {
    let cpus = Int(libbpf_num_possible_cpus())
    let descriptor = bpf_object__find_map_fd_by_name(object, "queue_counters")
    var queue: UInt32 = 0
    let values = [reflector_queue_counters](repeating: .init(reflected: 0, closed: 1, spread: 0), count: cpus)
    try check("bpf_map_update_elem queue_counters") { bpf_map_update_elem(descriptor, &queue, values, 0) }
  }

  /// Frames reflected or spread by queue 0, over the CPUs.
  func readQueue() throws(SystemCallError) -> UInt64 {
    let sums = try queueCounters.sums(at: 0, words: 3)
    return sums[0] + sums[2]
  }

  /// Runs the program once on a frame of at least ``shortestFrame`` bytes.
  ///
  /// - Parameter firstPart: bytes of the frame's first part, where it isn't for the kernel to say (which puts as
  ///   much there as a page has room for): at least ``shortestFrame``. Linux 6.18; EINVAL before.
  /// - Parameter times: that it is run, each on what the one before left of the frame. The last one answers.
  func run(_ frame: [UInt8], firstPart: Int? = nil, times: Int = 1) throws(SystemCallError) -> Answer {
    var out = [UInt8](repeating: 0, count: frame.count)
    var context = xdp_md()
    context.data_end = UInt32(firstPart ?? 0)
    return try withZeroed(bpf_test_run_opts.self) { (options) throws(SystemCallError) -> Answer in
      options.pointee.sz = MemoryLayout<bpf_test_run_opts>.stride
      options.pointee.data_size_in = UInt32(frame.count)
      options.pointee.data_size_out = UInt32(frame.count)
      options.pointee.repeat = CInt(times)
      try check("bpf_prog_test_run_opts") {
        frame.withUnsafeBytes { input in
          out.withUnsafeMutableBytes { output in
            options.pointee.data_in = input.baseAddress
            options.pointee.data_out = output.baseAddress
            return withUnsafePointer(to: &context) {
              if firstPart != nil {
                options.pointee.ctx_in = UnsafeRawPointer($0)
                options.pointee.ctx_size_in = UInt32(MemoryLayout<xdp_md>.size)
              }
              return bpf_prog_test_run_opts(program, options)
            }
          }
        }
      }
      return Answer(action: options.pointee.retval, frame: Array(out.prefix(Int(options.pointee.data_size_out))))
    }
  }

  /// Whether the kernel took the object's types. libbpf goes on without, and bpftool then shows maps as bytes.
  var hasTypes: Bool { bpf_object__btf_fd(object) >= 0 }

  /// struct reflector_counters as an array, by enum reflector_outcome, summed over the CPUs.
  func readCounters() throws(SystemCallError) -> [UInt64] {
    try counters.sums(at: 0, words: Int(REFLECTOR_OUTCOMES.rawValue))
  }

  /// struct reflector_rule_counters of a rule, summed over the CPUs.
  func readRule(_ id: Int) throws(SystemCallError) -> (frames: UInt64, bytes: UInt64) {
    let sums = try ruleCounters.sums(at: UInt32(id), words: 2)
    return (sums[0], sums[1])
  }
}

/// A per-CPU array whose values are 64-bit counters. The descriptor is the object's.
private struct PerCPUMap {
  let descriptor: CInt
  private let cpus = Int(libbpf_num_possible_cpus())

  init(descriptor: CInt) {
    self.descriptor = descriptor
  }

  func sums(at index: UInt32, words: Int) throws(SystemCallError) -> [UInt64] {
    var values = [UInt64](repeating: 0, count: words * cpus)
    try check("bpf_map_lookup_elem") {
      withUnsafePointer(to: index) { bpf_map_lookup_elem(descriptor, $0, &values) }
    }
    return (0..<words).map { word in
      (0..<cpus).reduce(0) { $0 + values[word + $1 * words] }
    }
  }
}
