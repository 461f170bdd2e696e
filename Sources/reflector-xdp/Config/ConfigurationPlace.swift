import Glibc
import LinuxSystem
import ReflectorXDP
import SystemPackage

/// Which configuration file an `attach` takes.
enum ConfigurationPlace {
  /// Where a file is looked for that wasn't named.
  static let standardFolder = "/etc/reflector-xdp"
  /// `--config none`
  static let none = "none"

  /// By the interface's name as it was typed; nil for a name that can't be a file's.
  static func standard(_ interface: String, below folder: String = standardFolder) -> String? {
    guard !interface.isEmpty, !interface.contains("/") else { return nil }
    return "\(folder)/\(interface).yaml"
  }

  /// The file that was named, or the interface's if it exists; nil for none.
  static func path(named config: String?, interface: String, below folder: String = standardFolder) -> String? {
    if let config { return config == none ? nil : config }
    guard let path = standard(interface, below: folder), exists(path) else { return nil }
    return path
  }

  /// False only where there is none: a file that can't be looked at is no reason to do without it.
  private static func exists(_ path: String) -> Bool {
    do {
      try check("access \(path)") { access(path, F_OK) }
      return true
    } catch {
      return error.errno != .noSuchFileOrDirectory && error.errno != .notDirectory
    }
  }

  /// Whether that is a file and no interface, where either may stand.
  static func isFile(_ text: String) -> Bool {
    text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml")
  }
}
