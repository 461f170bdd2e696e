import Glibc
import LinuxSystem
import SystemPackage
import XDPControl

/// When an interface that was just switched on does send.
enum LinkReadiness {
  private static let longestMilliseconds = 2000

  /// Waits until frames pass, in the calling thread's namespace.
  ///
  /// The end of a veth that is up first gets its queueing discipline from a kernel work item, some time
  /// after the other end is up; until then what the host sends on it is dropped. Of the states that this
  /// work sets, only the operational one says so: IFF_RUNNING and IFF_LOWER_UP are there before.
  static func wait(for interface: String) throws(LabError) {
    let sysfs = try doing("wait for \(interface)") { () throws(SystemCallError) in try Sysfs() }
    for _ in 0..<longestMilliseconds {
      if sysfs.read("class/net/\(interface)/operstate") == "up" { return try settle(interface) }
      usleep(1000)
    }
    throw .system("wait for \(interface)", SystemCallError("read operstate", .timedOut))
  }

  /// The work goes on for a moment after it has set the state, under the lock that this request, which
  /// changes nothing, has to wait for.
  private static func settle(_ interface: String) throws(LabError) {
    do {
      try LinkSettings.setUp(index: CInt(bitPattern: if_nametoindex(interface)))
    } catch {
      throw .network(error)
    }
  }
}
