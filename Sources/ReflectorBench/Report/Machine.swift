import CBPF
import FoundationEssentials
import Glibc
import LinuxSystem

/// What the figures were measured on, without which they say nothing.
struct Machine: Encodable, Sendable {
  let processor: String
  let cpus: Int
  let kernel: String
  let libbpf: String
  /// The compiler's version.
  let swift: String
  /// As /etc/os-release has it.
  let distribution: String
  /// Of this program.
  let version: String
  /// `DPDK 22.11.11`; nil where testpmd didn't run.
  var dpdk: String?
  let loadAverage: Double
  let date: Date

  static func current(version: String) -> Machine {
    Machine(
      processor: processorName ?? "unknown processor", cpus: sysconf(CInt(_SC_NPROCESSORS_ONLN)), kernel: kernelRelease,
      libbpf: String(cString: libbpf_version_string()), swift: compiler, distribution: distribution,
      version: version, loadAverage: load, date: Date())
  }

  /// As the kernel reports it; not every architecture has a name there.
  private static var processorName: String? {
    // Some kilobytes for each CPU.
    let text = (try? TextFile.read("/proc/cpuinfo", limit: 16 << 20)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line.flatMap { $0.split(separator: ":").last }.map { $0.drop { $0 == " " } }.map(String.init)
  }

  private static var distribution: String {
    let text = (try? TextFile.read("/etc/os-release")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
    return line.map { String($0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" }) } ?? "unknown distribution"
  }

  private static var kernelRelease: String {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// A moment before the run: above the CPUs in use, somebody else is measuring too.
  private static var load: Double {
    var average = 0.0
    getloadavg(&average, 1)
    return average
  }

  /// Known at compile time only, and only by asking "at least".
  private static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
