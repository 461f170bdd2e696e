internal import Glibc
internal import LinuxSystem
internal import XDPControl

/// Which of the processes with AF_XDP sockets may have one on this interface. Not every kernel tells whose a socket is
/// (`ss --xdp` wants CONFIG_XDP_SOCKETS_DIAG); what is known to be somewhere else is left out.
enum Neighbours {
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
