import CMNL
import Glibc

/// The fixed part of RTM_NEWLINK and its like (`struct ifinfomsg`).
struct LinkHeader: Hashable, Sendable {
  static let size = MemoryLayout<ifinfomsg>.size

  let family: CInt
  let index: CInt
  /// IFF_*.
  let flags: UInt32

  /// Nil when there aren't enough bytes.
  init?(_ payload: RawSpan) {
    guard let family = payload.u8(), let index = payload.i32(at: 4), let flags = payload.u32(at: 8) else { return nil }
    guard payload.byteCount >= Self.size else { return nil }
    self.family = CInt(family)
    self.index = index
    self.flags = flags
  }

  /// IFF_UP: somebody switched it on.
  var isUp: Bool { flags & 0x1 != 0 }
  /// IFF_LOWER_UP, which glibc's headers lack: it is up AND the driver sees a link.
  var hasCarrier: Bool { flags & 0x1_0000 != 0 }
}
