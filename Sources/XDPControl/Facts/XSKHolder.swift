import Glibc

/// A process with an AF_XDP socket, for the message of a bind that finds its queue taken.
package struct XSKHolder: Hashable, Sendable, CustomStringConvertible {
  package let pid: Int32
  package let name: String

  /// `pid 812 (suricata)`
  package var description: String { "pid \(pid) (\(name))" }

  /// All processes that have a fill ring mapped. Not every kernel has the socket diagnostics that
  /// `ss --xdp` uses; a mapping of a socket at the fill ring's offset is as sure a sign. It doesn't tell
  /// interface or queue. Processes that may not be looked into (CAP_SYS_PTRACE) are left out.
  package static func all() -> [XSKHolder] {
    PinDirectory.entries(of: "/proc").compactMap { entry in
      guard let pid = Int32(entry), let maps = contents("/proc/\(entry)/maps"), mapsFillRing(maps) else { return nil }
      let name = contents("/proc/\(entry)/comm") ?? "?"
      return XSKHolder(pid: pid, name: String(name.prefix { $0 != "\n" }))
    }
  }

  /// Whether ``all()`` is all of them: who may look into the first process may look into every other.
  package static var canSeeAll: Bool { contents("/proc/1/maps") != nil }

  /// XDP_UMEM_PGOFF_FILL_RING (linux/if_xdp.h) as /proc/PID/maps prints it.
  private static let fillRingOffset: Substring = "100000000"

  static func mapsFillRing(_ maps: String) -> Bool {
    maps.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      return fields.count >= 6 && fields[2] == fillRingOffset && fields[5].hasPrefix("socket:[")
    }
  }

  private static func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
      let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { space, count in
        count = fread(space.baseAddress!, 1, 1 << 16, file)
      }
      if part.isEmpty { return String(decoding: bytes, as: UTF8.self) }
      bytes += part
    }
  }
}
