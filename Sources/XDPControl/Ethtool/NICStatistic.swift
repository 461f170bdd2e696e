import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// One of the driver's own counters (ETHTOOL_GSTATS, `ethtool -S`).
package struct NICStatistic: Hashable, Sendable {
  /// The driver's name for it: `rx_no_buffer_count`. Each driver has its own.
  package let name: String
  package let value: UInt64

  package init(name: String, value: UInt64) {
    self.name = name
    self.value = value
  }

  /// Number, names and values come from three calls, and a change of the channels in between changes them all.
  private static let attempts = 4

  /// All counters, in the driver's order. Nil when it has none. Needs no capability.
  package static func all(of interface: Interface) throws(SystemCallError) -> [NICStatistic]? {
    for _ in 0..<attempts {
      let socket = try EthtoolSocket()
      guard let count = try socket.statisticCount(of: interface.name), count > 0 else { return nil }
      if let statistics = try socket.statistics(count, of: interface.name) { return statistics }
    }
    throw SystemCallError("ETHTOOL_GSTATS \(interface.name)", .resourceTemporarilyUnavailable)
  }

  /// Bytes of a name, NULs and all (ETH_GSTRING_LEN).
  static let nameSize = 32

  /// Puts names and values together. Some drivers pad names with blanks.
  static func statistics(names: RawSpan, values: RawSpan) -> [NICStatistic] {
    (0..<min(names.byteCount / nameSize, values.byteCount / 8)).map { index in
      let name = names.extracting(index * nameSize..<(index + 1) * nameSize).string()
      let end = name.lastIndex { !$0.isWhitespace }
      return NICStatistic(name: end.map { String(name[...$0]) } ?? "", value: values.u64(at: 8 * index) ?? 0)
    }
  }
}

extension EthtoolSocket {
  /// `struct ethtool_sset_info` {cmd 32, reserved 32, mask 64, sizes 32...}. Nil when the driver has no counters.
  fileprivate func statisticCount(of name: String) throws(SystemCallError) -> Int? {
    let set = UInt64(1) << UInt64(ETH_SS_STATS.rawValue)
    let memory = try AnswerMemory(byteCount: 20)
    memory.store(UInt32(ETHTOOL_GSSET_INFO), at: 0)
    memory.store(set, at: 8)
    guard try ask("ETHTOOL_GSSET_INFO", of: name, at: memory.base) else { return nil }
    let answer = memory.answer
    // The kernel takes the bit away when there is no such set.
    guard answer.span.bytes.u64(at: 8) == set else { return nil }
    return answer.span.bytes.u32(at: 16).map { Int($0) }
  }

  /// Nil when there are more or fewer by now.
  fileprivate func statistics(_ count: Int, of name: String) throws(SystemCallError) -> [NICStatistic]? {
    // `struct ethtool_gstrings` {cmd 32, set 32, count 32, names}, `struct ethtool_stats` {cmd 32, count 32, values}.
    let names = try AnswerMemory(byteCount: 12 + count * NICStatistic.nameSize)
    names.store(UInt32(ETHTOOL_GSTRINGS), at: 0)
    names.store(UInt32(ETH_SS_STATS.rawValue), at: 4)
    names.store(UInt32(count), at: 8)
    let values = try AnswerMemory(byteCount: 8 + count * 8)
    values.store(UInt32(ETHTOOL_GSTATS), at: 0)
    values.store(UInt32(count), at: 4)
    do {
      guard try ask("ETHTOOL_GSTRINGS", of: name, at: names.base) else { return nil }
      guard try ask("ETHTOOL_GSTATS", of: name, at: values.base) else { return nil }
    } catch {
      guard error.errno == .badAddress else { throw error }
      return nil
    }
    let (named, valued) = (names.answer, values.answer)
    guard named.span.bytes.u32(at: 8).map(Int.init) == count, valued.span.bytes.u32(at: 4).map(Int.init) == count else {
      return nil
    }
    return NICStatistic.statistics(
      names: named.span.bytes.extracting(droppingFirst: 12), values: valued.span.bytes.extracting(droppingFirst: 8))
  }
}

/// Memory for an answer whose size the kernel decides: before 6.19 it writes as many counters as there are, however
/// many it was asked for. What doesn't fit runs into the page after it, which may not be written, and so is EFAULT
/// instead of somebody else's memory overwritten.
private struct AnswerMemory: ~Copyable {
  let base: UnsafeMutableRawPointer
  private let byteCount: Int
  private let mapped: Int

  init(byteCount: Int) throws(SystemCallError) {
    let page = Int(getpagesize())
    let usable = (byteCount + page - 1) / page * page
    let mapped = usable + page
    let memory = mmap(nil, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw SystemCallError("mmap", .current) }
    do {
      try check("mprotect") { mprotect(memory, usable, PROT_READ | PROT_WRITE) }
    } catch {
      munmap(memory, mapped)
      throw error
    }
    self.byteCount = byteCount
    self.mapped = mapped
    base = memory
  }

  deinit {
    munmap(base, mapped)
  }

  func store(_ value: some BitwiseCopyable & FixedWidthInteger, at offset: Int) {
    base.storeBytes(of: value, toByteOffset: offset, as: type(of: value))
  }

  /// A copy of what was asked for, without what the kernel wrote beyond that.
  var answer: [UInt8] { Array(UnsafeRawBufferPointer(start: base, count: byteCount)) }
}
