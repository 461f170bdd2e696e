internal import ReflectorXDP

/// Commands for an interface, as its operator would type them: with the namespace that it is in.
package struct HostCommands: Hashable, Sendable {
  private let interface: String
  /// A name in /run/netns, or a path; nil for the namespace that we were started in.
  private let namespace: String?
  private let pinDirectory: String
  /// What `tune` has to be told of the workers: `--queues 0-1`. Empty for all queues and CPUs.
  package var workers = ""
  /// The reflector that has to end before another can be attached.
  package var running: UInt32?

  package init(
    interface: String, namespace: String?, pinDirectory: String = Configuration.defaultPinDirectory
  ) {
    self.interface = interface
    self.namespace = namespace
    self.pinDirectory = pinDirectory
  }

  /// `ethtool("-K", "lro off")`
  func ethtool(_ option: String, _ arguments: String = "") -> String {
    inside("ethtool \(option) \(interface)" + (arguments.isEmpty ? "" : " " + arguments))
  }

  /// `link("up")`: `ip link set dev eth0 up`
  func link(_ arguments: String) -> String {
    inside("ip link set dev \(interface) \(arguments)")
  }

  func showLink() -> String { inside("ip -s link show dev \(interface)") }

  /// `sysfs("napi_defer_hard_irqs", "0")`. `ip netns exec` mounts the namespace's own /sys.
  func sysfs(_ file: String, _ value: String) -> String {
    let script = "echo \(value) > /sys/class/net/\(interface)/\(file)"
    return namespace == nil ? script : inside("sh -c '\(script)'")
  }

  /// `reflector-xdp attach eth0 --chunk-size 4096`, and where one runs, as a comment of the shell's, that it has to
  /// end first.
  func ours(_ command: String, _ options: String = "") -> String {
    "reflector-xdp \(command) \(interface)" + (namespace.map { " --netns \($0)" } ?? "")
      + (command != "tune" && pinDirectory != Configuration.defaultPinDirectory ? " --pin-dir \(pinDirectory)" : "")
      + (command == "tune" && !workers.isEmpty ? " " + workers : "") + (options.isEmpty ? "" : " " + options)
      + (command == "attach" ? running.map { "  # after kill -INT \($0)" } ?? "" : "")
  }

  /// `tune`, or the plain command.
  ///
  /// - Parameter group: for settings of the whole host, which `tune` leaves alone for a virtual device unless named.
  func tune(_ plain: String, only group: String? = nil) -> Remedy {
    Remedy(ours: ours("tune", group.map { "--only \($0)" } ?? ""), plain: plain)
  }

  func attach(_ options: String, plain: String? = nil) -> Remedy {
    Remedy(ours: ours("attach", options), plain: plain)
  }

  private func inside(_ command: String) -> String {
    guard let namespace else { return command }
    return namespace.contains("/") ? "nsenter --net=\(namespace) \(command)" : "ip netns exec \(namespace) \(command)"
  }
}
