import CLinux
import Glibc
import SystemPackage

/// Network namespaces, which are a property of each THREAD.
///
/// Enter before any other thread starts, so that they inherit it; a thread that is shared with other
/// work (Swift concurrency's) must never enter one.
package enum NetworkNamespace {
  /// Where `ip netns` keeps the names: each a bind mount of the namespace itself.
  package static let directory = "/run/netns"

  /// Puts the calling thread into a namespace: a name in `/run/netns`, or a path if there is a `/` in it
  /// (`/proc/812/ns/net`). Needs CAP_SYS_ADMIN.
  package static func enter(named name: String) throws(NetworkNamespaceError) {
    let namespace = try open(named: name)
    do {
      try check("setns \(name)") { clinux_enter_network_namespace(namespace.rawValue) }
    } catch {
      throw NetworkNamespaceError(name, error)
    }
  }

  /// A descriptor of the namespace, which keeps it alive: what IFLA_NET_NS_FD and `setns` take.
  package static func open(named name: String) throws(NetworkNamespaceError) -> OwnedDescriptor {
    // As names both would be directories, and setns would say something confusing.
    guard !name.isEmpty, name != ".", name != ".." else { throw .noSuchName(name) }
    let path = path(ofName: name)
    do {
      return OwnedDescriptor(try checkRetrying("open \(path)") { Glibc.open(path, O_RDONLY | O_CLOEXEC) })
    } catch {
      throw NetworkNamespaceError(name, error)
    }
  }

  private static func path(ofName name: String) -> String {
    name.contains("/") ? name : "\(directory)/\(name)"
  }

  /// The calling thread's namespace: the number in `net:[4026531840]`; nil without /proc.
  package static var currentInode: UInt64? { identity("/proc/thread-self/ns/net")?.inode }

  /// The host's, or rather that of the first process which this one can see; nil if not readable, which
  /// takes CAP_SYS_PTRACE: root in a container may not have it.
  package static var initialInode: UInt64? { identity("/proc/1/ns/net")?.inode }

  /// The host's inode from Linux 6.18 on (NET_NS_INIT_INO, linux/nsfs.h); before, any number may be it.
  private static let fixedHostInode: UInt64 = 0xefff_fff9

  /// Whether this is the host's namespace. /proc/1 can't always be read, also by root: its process may
  /// have capabilities that this one lacks.
  package static func isHost(_ inode: UInt64) -> Bool {
    inode == fixedHostInode || inode == initialInode
  }

  /// Whether ``isHost(_:)`` can tell a namespace that is not the host's.
  package static var knowsHost: Bool {
    initialInode != nil || KernelRelease.current.map { $0 >= KernelRelease(6, 18) } ?? false
  }

  /// The name that `ip netns` knows a namespace by; nil when it has none. With several, the first in
  /// alphabetical order.
  package static func name(ofInode inode: UInt64) -> String? {
    // Names whose mount has gone are plain files with inode numbers of another file system.
    guard let device = identity("/proc/thread-self/ns/net")?.device else { return nil }
    let wanted = Identity(device: device, inode: inode)
    return names().sorted().first { identity(path(ofName: $0)) == wanted }
  }

  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  private static func identity(_ path: String) -> Identity? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    return Identity(device: UInt64(information.st_dev), inode: UInt64(information.st_ino))
  }

  private static func names() -> [String] {
    // Absent until `ip netns` made the first one.
    guard let listing = opendir(directory) else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}

/// Why a network namespace couldn't be entered.
package enum NetworkNamespaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing by that name in `/run/netns`, or no such path.
  case noSuchName(String)
  /// A file, but no network namespace: its mount is gone, or it is something else.
  case notANamespace(String)
  /// Entering wants CAP_SYS_ADMIN.
  case notPermitted(String)
  case system(SystemCallError)

  init(_ name: String, _ error: SystemCallError) {
    self =
      switch error.errno {
      case .noSuchFileOrDirectory, .notDirectory: .noSuchName(name)
      case .invalidArgument: .notANamespace(name)
      case .notPermitted, .permissionDenied: .notPermitted(name)
      default: .system(error)
      }
  }

  package var description: String {
    switch self {
    case .noSuchName(let name) where name.contains("/"): "there is no such file"
    case .noSuchName: "there is nothing of that name in \(NetworkNamespace.directory)"
    case .notANamespace(let name): "'\(name)' is no network namespace"
    case .notPermitted(let name): "no permission to enter the network namespace '\(name)'"
    case .system(let error): error.description
    }
  }
}
