internal import Glibc
internal import LinuxSystem
internal import XDPControl

/// Other processes that have to do with the interface.
enum Neighbours {
  /// Those with a descriptor of a BPF program, or of the link that it hangs on. None where they may not be looked
  /// into (CAP_SYS_PTRACE), and where nobody holds it: attached by netlink (`ip link … xdp`), or pinned.
  static func holders(ofProgram id: UInt32) -> [Examination.Process] {
    let line = "prog_id:\t\(id)"
    return PinDirectory.entries(of: "/proc").compactMap { Int32($0) }.compactMap { pid in
      let folder = "/proc/\(pid)/fdinfo"
      let isHolder = PinDirectory.entries(of: folder).contains { descriptor in
        guard let text = try? TextFile.read("\(folder)/\(descriptor)") else { return false }
        return text.split(separator: "\n").contains { $0 == line }
      }
      guard isHolder else { return nil }
      let name = (try? TextFile.read("/proc/\(pid)/comm")) ?? "?"
      return Examination.Process(pid: pid, name: String(name.prefix { $0 != "\n" }))
    }
  }

  /// Which of the processes with AF_XDP sockets may have one on this interface. Not every kernel tells whose a socket
  /// is (`ss --xdp` wants CONFIG_XDP_SOCKETS_DIAG); what is known to be somewhere else is left out.
  static func possible(_ survey: HostSurvey, pinDirectory: String?) -> [XSKHolder] {
    let here = NetworkNamespace.currentInode
    return survey.xskHolders.filter { holder in
      // One that can't be looked at may be anywhere.
      let place = namespace(of: holder.pid)
      if let here, let place, place != here { return false }
      // A reflector says itself where it is.
      let index = pinDirectory.flatMap { PinnedMaps.interfaceIndex(ofReflector: holder.pid, below: $0) }
      return index == nil || index == survey.interface.index
    }
  }

  private static func namespace(of pid: Int32) -> UInt64? {
    var information = stat()
    return stat("/proc/\(pid)/ns/net", &information) == 0 ? UInt64(information.st_ino) : nil
  }
}
