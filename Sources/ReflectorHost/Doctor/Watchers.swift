internal import LinuxSystem
internal import XDPControl

/// Processes that run `reflector-xdp stats --watch` on an interface.
enum Watchers {
  /// - Parameter names: what the interface may be called.
  static func find(watching names: Set<String>) -> Reading<[Examination.Process]> {
    let entries = PinDirectory.entries(of: "/proc").compactMap { Int32($0) }
    guard !entries.isEmpty else { return .unknown("/proc can't be read") }
    return .value(
      entries.compactMap { pid in
        guard let text = try? TextFile.read("/proc/\(pid)/cmdline") else { return nil }
        let arguments = text.split(separator: "\0").map(String.init)
        return isWatcher(arguments, of: names) ? Examination.Process(pid: pid, name: "reflector-xdp") : nil
      })
  }

  static func isWatcher(_ arguments: [String], of names: Set<String>) -> Bool {
    guard let program = arguments.first?.split(separator: "/").last, program == "reflector-xdp" else { return false }
    return arguments.contains("stats") && arguments.contains("--watch") && !names.isDisjoint(with: arguments)
  }
}
