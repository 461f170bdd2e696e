import Glibc

/// A kernel's version as far as features go by it: `6.18`.
///
/// For messages ("needs Linux 6.6, this is 6.1"), not for deciding: distributions carry features back,
/// so whether something is there is asked of the kernel itself.
package struct KernelRelease: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let major: Int
  package let minor: Int

  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// From what `uname -r` prints: `6.1.0-18-amd64`, `6.18-rc3`. Nil without two numbers in front.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return nil }
    guard let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isASCII && $0.isNumber }) else { return nil }
    guard major >= 0 else { return nil }
    self.init(major, minor)
  }

  /// The running kernel's; nil when it calls itself something that is no version.
  package static var current: KernelRelease? {
    var name = utsname()
    guard uname(&name) == 0 else { return nil }
    return KernelRelease(withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
  }

  package static func < (left: KernelRelease, right: KernelRelease) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  package var description: String { "\(major).\(minor)" }
}
