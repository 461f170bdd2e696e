import Glibc
import LinuxSystem
import ReflectorCore
import SystemPackage

/// A configuration file that allows the sources of a load, for as long as this lives: a list of that length has no
/// place on a command line.
final class AllowedNetworks {
  let path: String

  /// - Parameter count: networks /24, of which the first is that of ``LoadFrames/source``.
  init(count: Int) throws {
    var template = Array("/tmp/reflector-bench-XXXXXX".utf8CString)
    let file = OwnedDescriptor(try check("mkstemp") { mkstemp(&template) })
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let lines = (0..<count).map { "  - \(Self.network($0))\n" }.joined()
    try FileDescriptor(rawValue: file.rawValue).writeAll("allow:\n\(lines)".utf8)
  }

  deinit {
    _ = unlink(path)
  }

  static func network(_ index: Int) -> Network {
    let first = LoadFrames.source.rawValue + UInt32(index) << 8
    return Network(containing: .v4(IPv4Address(rawValue: first)), prefixLength: 24)
  }
}
