package import LinuxSystem
package import ReflectorXDP
package import SystemPackage
package import XDPControl

/// What can be looked at and set: an interface with its host, or one that a test has made up.
package protocol TunedHost {
  func survey() throws(ReflectorError) -> HostSurvey
  func apply(_ setting: Setting, _ value: SettingValue) throws(SettingRefusal)
}

/// The system's no to one setting.
package struct SettingRefusal: Error, Hashable, Sendable {
  package let operation: String
  package let errno: Errno
  /// The kernel's or the driver's own words; nil when it had none.
  package let words: String?

  package init(_ operation: String, _ errno: Errno, words: String? = nil) {
    self.operation = operation
    self.errno = errno
    self.words = words
  }

  package init(_ error: SystemCallError) {
    self.init(error.call, error.errno)
  }

  package init(_ error: NetlinkError) {
    self.init(error.operation, error.errno, words: error.kernelMessage)
  }

  /// A capability is missing.
  package var isPermission: Bool { errno == .notPermitted || errno == .permissionDenied }

  /// The device hasn't got it, and nothing is wrong with that.
  package var isUnsupported: Bool { errno == .notSupportedOnSocket || errno == .notSupported }

  /// `ETHTOOL_MSG_RINGS_SET eth0: EINVAL (requested ring size exceeds maximum)`
  package var description: String { "\(operation): \(errno.name) (\(words ?? errno.description))" }
}
