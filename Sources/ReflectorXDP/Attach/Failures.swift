import AFXDP
import CLinux
import LinuxSystem
import SystemPackage
import XDPControl

/// Errors of the layers below, put into an operator's words.
extension ReflectorError {
  static func noInterface(_ name: String, namespace: String?) -> ReflectorError {
    ReflectorError(
      .noInterface,
      what: "no interface \(name)" + (namespace.map { " in the network namespace \($0)" } ?? ""),
      why: "the kernel knows no interface and no altname like that here"
        + (name.contains("@") ? "; what ip shows from an @ on is no part of the name" : ""),
      remedy: "see reflector-xdp list" + (namespace.map { " --netns \($0)" } ?? ", or name a namespace with --netns"))
  }

  static func noNamespace(_ name: String, _ cause: NetworkNamespaceError) -> ReflectorError {
    if case .notPermitted = cause {
      return .noPermission("enter the network namespace \(name)", needs: "CAP_SYS_ADMIN")
    }
    return ReflectorError(
      .noInterface, what: "no network namespace \(name)", why: "\(cause)", remedy: "see ip netns list")
  }

  static func noPermission(_ what: String, needs: String) -> ReflectorError {
    ReflectorError(
      .noPermission, what: "\(what): not permitted", why: "it takes \(needs)", remedy: "run it as root, or with sudo")
  }

  /// A failure of the kernel's that nobody foresaw.
  static func system(_ what: String, _ cause: SystemCallError) -> ReflectorError {
    switch cause.errno {
    case .notPermitted, .permissionDenied:
      .noPermission("\(what): \(cause.call)", needs: "CAP_BPF, CAP_NET_ADMIN, CAP_NET_RAW and CAP_SYS_ADMIN")
    default:
      ReflectorError(
        .system, what: "\(what): \(cause.call)", why: "\(cause.errno.name): \(cause.errno.description)",
        remedy: remedy(cause.errno))
    }
  }

  private static func remedy(_ errno: Errno) -> String {
    switch errno {
    case .tooManyOpenFiles: "raise the limit of open files (ulimit -n, LimitNOFILE=)"
    case .readOnlyFileSystem: "mount it writable (mount -o remount,rw), or name another folder with --pin-dir"
    default: "see dmesg, and docs/troubleshooting.md for this call"
    }
  }

  /// As above, for netlink, with the kernel's own words where it has some.
  package static func system(_ what: String, _ cause: NetlinkError) -> ReflectorError {
    guard let words = cause.kernelMessage else { return .system(what, SystemCallError(cause.operation, cause.errno)) }
    return ReflectorError(
      .system, what: "\(what): \(cause.operation)", why: "\(cause.errno.name): \(words)",
      remedy: "see dmesg, and docs/troubleshooting.md for this call")
  }

  static let noAFXDP = ReflectorError(
    .modeUnavailable, what: "this kernel has no AF_XDP", why: "socket AF_XDP: EAFNOSUPPORT",
    remedy: "run a kernel with CONFIG_XDP_SOCKETS=y, 5.12 or newer (Debian 12 has it)")

  /// The verifier or the map code refused.
  static func load(_ error: LoadError) -> ReflectorError {
    switch error.cause.errno {
    case .notPermitted where !error.isVerifier, .permissionDenied where !error.isVerifier:
      return .noPermission("load the XDP program", needs: "CAP_BPF and CAP_NET_ADMIN")
    case .permissionDenied where error.isUnprivileged:
      return .noPermission("load the XDP program", needs: "CAP_PERFMON or CAP_SYS_ADMIN beside CAP_BPF")
    case .tooManyOpenFiles: return .system("load the XDP program", error.cause)
    case .noMemory where !error.isVerifier:
      return ReflectorError(
        .system, what: "load the XDP program: \(error.cause.errno.name)",
        why:
          "the kernel has no memory for its maps, of which the table of conversations is the largest: some 176 bytes "
          + "for each that has room",
        remedy:
          "attach with fewer --flows (0 for none), or see what limits the memory (free -m, MemoryMax of a service)"
      )
    default:
      let words = error.isVerifier ? "the verifier refused it; its log is above" : "\(error.cause)"
      return ReflectorError(
        .system, what: "load the XDP program: \(error.cause.errno.name)", why: words,
        remedy: "it needs Linux 5.12 or newer with BPF and BTF; report the log if yours is")
    }
  }

  static func attachBusy(_ interface: String, _ program: LoadedProgram?) -> ReflectorError {
    // One of ours, with its pins somewhere else.
    let holders = program?.isReflector == true ? XSKHolder.all().map(\.description) : []
    let who = holders.isEmpty ? "" : "; AF_XDP sockets are held by " + holders.joined(separator: ", ")
    return ReflectorError(
      .busy, what: "attach \(interface): another XDP program is there",
      why: program.map { "program id \($0.id), name \($0.name)" + who } ?? "the kernel doesn't say which",
      remedy: "stop who attached it (bpftool link), or if nobody holds it: ip link set dev \(interface) xdp off")
  }

  /// - Parameter arguments: those of a command that is to look at it.
  static func ownBusy(_ interface: String, pid: UInt32?, pins: String, arguments: String) -> ReflectorError {
    ReflectorError(
      .busy, what: "attach \(interface): a reflector is running there",
      why: pid.map { "pid \($0) owns \(pins)" } ?? "another process owns \(pins)",
      remedy: "stop it\(pid.map { " (kill -INT \($0))" } ?? ""), or look at it: reflector-xdp stats \(arguments)")
  }

  static func folderTaken(_ interface: String, pid: UInt32, pins: String) -> ReflectorError {
    ReflectorError(
      .busy, what: "attach \(interface): the folder for its maps is taken",
      why: "pid \(pid) owns \(pins), for an interface that had this name before",
      remedy: "restart that one (kill -INT \(pid)), or attach with another --pin-dir")
  }

  static func cancelled(_ interface: String, waitingFor what: String) -> ReflectorError {
    ReflectorError(
      .busy, what: "attach \(interface): stopped before it was attached", why: "it was still waiting for \(what)",
      remedy: "start it again, in a few seconds")
  }

  static func bindBusy(_ interface: String, queue: Int, mode: BindMode, queues: [Int]) -> ReflectorError {
    let holders = XSKHolder.all()
    let others = queues.filter { $0 != queue }.map(String.init).joined(separator: ",")
    return ReflectorError(
      .busy, what: "bind \(interface) queue \(queue) \(mode): EBUSY",
      why: holders.isEmpty
        ? "another socket has this queue, in a process that can't be seen from here"
        : "AF_XDP sockets are held by " + holders.map(\.description).joined(separator: ", "),
      remedy: others.isEmpty ? "stop it" : "stop it, or attach with --queues \(others)")
  }

  static func mtuTooLarge(_ interface: String, _ mtu: UInt32, _ refusals: [Refusal]) -> ReflectorError {
    ReflectorError(
      .modeUnavailable, what: "\(interface): native XDP can't take its MTU (\(mtu), or its peer's)",
      why: refusals.map(\.description).joined(separator: "; "),
      remedy:
        "lower it (ip link set dev \(interface) mtu 1500; on a veth the peer's too), or attach with --mode generic")
  }

  static func spreadUnavailable(_ interface: String, _ refusals: [Refusal]) -> ReflectorError {
    ReflectorError(
      .modeUnavailable, what: "\(interface): frames can't be spread over CPUs",
      why: refusals.map(\.description).joined(separator: "; "),
      remedy: "attach without --spread, or see reflector-xdp list for what the driver can do")
  }

  static func modeUnavailable(_ mode: Configuration.Mode, _ interface: String, _ refusals: [Refusal]) -> ReflectorError
  {
    ReflectorError(
      .modeUnavailable, what: "\(interface): mode \(mode.rawValue) can't be had",
      why: refusals.map(\.description).joined(separator: "; "),
      remedy: mode == .auto || mode == .generic
        ? "see reflector-xdp list for what the driver can do"
        : "let it step down (--mode auto), or see reflector-xdp list for what the driver can do")
  }
}

extension LoadError {
  /// Whether the program itself was refused, rather than a map or the right to load.
  var isVerifier: Bool { messages.contains { $0.text.contains("BEGIN PROG LOAD LOG") } }

  /// Whether the verifier would take the program from somebody with more rights: its pointer arithmetic
  /// needs CAP_PERFMON.
  var isUnprivileged: Bool { messages.contains { $0.text.contains("prohibited for !root") } }
}
