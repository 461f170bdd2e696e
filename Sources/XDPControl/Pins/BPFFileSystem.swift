import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The BPF file system, in which maps get names (`mount -t bpf`).
package enum BPFFileSystem {
  /// Where every distribution mounts it.
  package static let mountPoint = "/sys/fs/bpf"
  private static let magic = 0xcafe_4a11  // BPF_FS_MAGIC, linux/magic.h

  /// Whether the path, or its nearest existing parent, is on a BPF file system.
  package static func contains(_ path: String) -> Bool {
    var path = path
    while true {
      var information = statfs()
      if statfs(path, &information) == 0 { return Int(information.f_type) & 0xffff_ffff == magic }
      guard let slash = path.lastIndex(of: "/"), path != "/" else { return false }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
  }

  /// Mounts it at the usual place if it isn't there yet, as systemd would have. Needs CAP_SYS_ADMIN.
  package static func mountIfMissing() throws(SystemCallError) {
    guard !contains(mountPoint) else { return }
    try check("mount bpf \(mountPoint)") {
      mount("bpf", mountPoint, "bpf", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), "mode=700")
    }
  }
}
