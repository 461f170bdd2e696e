import CLinux
import Glibc
import SystemPackage

/// A view of sysfs that shows the network devices of one namespace.
///
/// `/sys` shows the devices of the namespace in which it was MOUNTED, not those of the reader. After
/// `setns` it would therefore answer, without any error, for another machine's `eth0`. So this is a
/// sysfs of its own, made in the caller's namespace and mounted nowhere: other processes don't see it,
/// and `/sys/fs/bpf` stays where it was. It ends with its owner.
///
/// Paths are relative to its root: `class/net/eth0/device/numa_node`.
package struct Sysfs: ~Copyable, Sendable {
  package let files: FileTree

  /// The sysfs of the calling thread's network namespace; `fsopen` and `fsmount`, Linux 5.2.
  ///
  /// Making one takes CAP_SYS_ADMIN. Who hasn't that can't have entered another namespace either, so for
  /// them `/sys` is the right one.
  package init() throws(SystemCallError) {
    do {
      files = FileTree(OwnedDescriptor(try check("fsmount sysfs") { clinux_open_sysfs() }))
    } catch {
      guard error.errno == .notPermitted || error.errno == .permissionDenied else { throw error }
      files = try FileTree(at: "/sys")
    }
  }

  /// Any directory that looks like one, for tests.
  package init(at path: String) throws(SystemCallError) {
    files = try FileTree(at: path)
  }

  private init(files: consuming FileTree) {
    self.files = files
  }

  /// The same, rooted at a directory. A device's directory stays the device's when it is renamed.
  package func directory(_ path: String) throws(SystemCallError) -> Sysfs {
    Sysfs(files: try files.directory(path))
  }

  /// A file's value without its line end; nil when there is no such file or it has no value now (the
  /// speed of a link that is down, say: the kernel refuses with EINVAL).
  package func read(_ path: String) -> String? {
    try? files.value(path)
  }

  /// Sets a file's value. Most of them want CAP_NET_ADMIN: EPERM, or EACCES without root.
  package func write(_ path: String, _ value: String) throws(SystemCallError) {
    try files.write(path, value)
  }
}
