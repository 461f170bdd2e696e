import CBPF
import CReflectorABI
import Glibc
import LinuxSystem
import ReflectorCore
import SystemPackage
import Testing

@testable import XDPControl

/// The accounts of frames that went to another CPU, each way that they may be lost. The kernel makes the frames itself
/// (BPF_PROG_TEST_RUN with live frames, Linux 5.18), on the CPU that asks for them, and does what the program says.
@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct SpreadTests {
  private static let mac = MACAddress(0x02, 0x00, 0x5e, 0x00, 0x00, 0x02)
  private static let frames: UInt64 = 20_000

  /// What the CPUs and the watch counted, and what was sent.
  private struct Books {
    var seen: UInt64 = 0
    /// Less: the kernel uses a frame's memory again as it came back, and one that was turned round is no test frame.
    var spread: UInt64 = 0
    var reflected: UInt64 = 0
    var overflowed: UInt64 = 0
    var refused: UInt64 = 0
  }

  @Test(arguments: ["up", "down"])
  func `a queue of one frame overflows, what passes it is refused by a driver without a far end`(
    state: String
  ) throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    // Of one that is down the kernel refuses each frame by itself (xdp_redirect_err), else batches (xdp_devmap_xmit).
    for end in ["fxa", "fxb"] { try namespace.ip("link set \(end) \(state)") }
    try namespace.enter {
      let books = try Self.run(queue: 1, on: try Interface.find("fxa").index)
      #expect(books.overflowed > 0 && books.reflected > 0, "\(books)")
      #expect(books.seen == Self.frames && books.refused == books.reflected, "\(books)")
    }
  }

  /// Sends frames of one conversation, and waits until each is accounted for.
  private static func run(queue: UInt32, on index: CInt) throws -> Books {
    let object = try ReflectorObject(.spread(.all, over: [0]), queues: 1)
    let maps = try object.maps()
    try object.spread(over: [0], queueSize: queue)
    try maps.install(try RuleTable(RuleSet.ito.rules()), mac: mac, oui: nil)
    let inode = try #require(NetworkNamespace.currentInode)
    // Another map's batches, and another interface's, are none of these.
    let other = try ReflectorObject(.spread(.all, over: [0]), queues: 1)
    let watch = try RefusalWatch(index, namespace: inode, spreads: true, maps: maps)
    let another = try RefusalWatch(index + 1, namespace: inode, spreads: true, maps: other.maps())
    try send(object, on: index)
    let books = try settled(maps)
    #expect(try other.maps().refusals.values(0).allSatisfy { $0.overflowed == 0 && $0.refused == 0 })
    maps.endSpread()
    withExtendedLifetime(watch) {}
    withExtendedLifetime(another) {}
    return books
  }

  private static func settled(_ maps: ReflectorMaps) throws -> Books {
    var books = Books()
    for _ in 0..<300 {
      let cpus = try maps.cpuCounters.values(0)
      let refusals = try maps.refusals.values(0)
      books.seen = try maps.counters.values(0).reduce(0) { $0 + $1.seen }
      books.spread = try maps.counters.values(0).reduce(0) { $0 + $1.spread }
      books.reflected = cpus.reduce(0) { $0 + $1.reflected }
      books.overflowed = refusals.reduce(0) { $0 + $1.overflowed }
      books.refused = refusals.reduce(0) { $0 + $1.refused }
      #expect(cpus.allSatisfy { $0.rejected == 0 })
      if books.spread == books.reflected + books.overflowed, books.refused == books.reflected { return books }
      usleep(10_000)
    }
    Issue.record("the accounts don't balance: \(books)")
    return books
  }

  private static func send(_ object: borrowing ReflectorObject, on index: CInt) throws {
    let frame = try TestFrame(
      source: MACAddress(0x00, 0xc0, 0x17, 0x00, 0x00, 0x01), destination: mac,
      network: .ipv4(from: IPv4Address(192, 0, 2, 1), to: IPv4Address(192, 0, 2, 2)), payload: .ito(.probe), length: 64
    ).bytes
    var context = xdp_md()
    context.data_end = UInt32(frame.count)
    context.ingress_ifindex = UInt32(index)
    try withZeroed(bpf_test_run_opts.self) { (options) throws(SystemCallError) in
      options.pointee.sz = MemoryLayout<bpf_test_run_opts>.stride
      options.pointee.data_size_in = UInt32(frame.count)
      options.pointee.ctx_size_in = UInt32(MemoryLayout<xdp_md>.stride)
      options.pointee.repeat = CInt(frames)
      options.pointee.flags = 2  // BPF_F_TEST_XDP_LIVE_FRAMES
      let program = object.programDescriptor
      try check("bpf BPF_PROG_TEST_RUN") {
        withUnsafePointer(to: &context) { context in
          frame.withUnsafeBytes { bytes in
            options.pointee.ctx_in = UnsafeRawPointer(context)
            options.pointee.data_in = bytes.baseAddress
            return bpf_prog_test_run_opts(program, options)
          }
        }
      }
    }
  }
}
