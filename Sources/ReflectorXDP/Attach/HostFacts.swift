import AFXDP
import LinuxSystem
import XDPControl

/// What the host has for this interface, and what about it will spoil the result.
struct HostFacts {
  /// CPUs for the workers: those asked for, else all that this process may use.
  let cpus: [Int]
  /// The NIC's memory node; nil where the host has one only, or the device isn't hardware.
  let numaNode: Int?
  let warnings: [String]

  /// - Parameter hasSockets: false in the kernel datapath.
  init(_ interface: Interface, _ configuration: Configuration, hasSockets: Bool) throws(ReflectorError) {
    cpus = try Self.cpus(wanted: configuration.cpus)
    numaNode = Self.numaNode(interface)
    warnings = Self.warnings(interface)
  }

  /// Nil also where sysfs can't be had: then the kernel places the memory.
  private static func numaNode(_ interface: Interface) -> Int? {
    guard let sysfs = try? Sysfs() else { return nil }
    return interface.numaNode(in: sysfs)
  }

  /// The CPUs that frames are spread over; nil where they aren't.
  static func spreadCPUs(_ configuration: Configuration) throws(ReflectorError) -> [Int]? {
    guard configuration.spreads else { return nil }
    let usable = try cpus(wanted: configuration.cpus)
    let count = configuration.spread ?? usable.count
    guard count <= usable.count else {
      throw .spread(
        "--spread \(count)", "this process may use CPU\(usable.count == 1 ? "" : "s") \(IndexList(unique: usable))",
        "spread over \(usable.count) at most, or see taskset -p")
    }
    return Array(usable.prefix(count))
  }

  private static func cpus(wanted: [Int]?) throws(ReflectorError) -> [Int] {
    let allowed: IndexList
    do {
      allowed = try IndexList.allowedCPUs()
    } catch {
      throw .system("count the CPUs", error)
    }
    guard let wanted else { return allowed.indices }
    do {
      return try IndexList(unique: wanted).checked(within: allowed, of: "CPU").indices
    } catch {
      throw ReflectorError(
        .usage, what: "--cpus can't be used", why: "\(error)",
        remedy: "name CPUs that this process may use (taskset -p)")
    }
  }

  private static func warnings(_ interface: Interface) -> [String] {
    var warnings: [String] = []
    if !interface.isUp {
      warnings.append("\(interface.name) is down: nothing arrives until it is up (ip link set \(interface.name) up)")
    }
    if stripsTags(interface) {
      warnings.append(
        "the NIC strips VLAN tags, so they don't come back: ethtool -K \(interface.name) rxvlan off")
    }
    return warnings
  }

  /// A veth says so too, but there the tag is in the frame unless the host's own VLAN device took it off.
  private static func stripsTags(_ interface: Interface) -> Bool {
    guard interface.kind != "veth" else { return false }
    return (try? DeviceFeatures.of(index: interface.index))?.receiveVLANStripping?.isActive ?? false
  }
}
