import LinuxSystem
import ReflectorCore
import XDPControl

/// Why the lab couldn't run. What it measured is in the report, faults too: those are no errors.
package enum LabError: Error, CustomStringConvertible {
  /// The kernel refused what the lab needs, while it was doing what the text says.
  case system(String, SystemCallError)
  /// The kernel refused a part of the lab's network.
  case network(NetlinkError)
  /// The plan asks for a frame that can't be.
  case frame(TestFrameError)
  /// The reflector didn't start or stop.
  case reflector(any Error)

  package var description: String {
    switch self {
    case .system(let doing, let error): "\(doing): \(error)"
    case .network(let error): "set up the lab's network: \(error)"
    case .frame(let error): "make a test frame: \(error)"
    case .reflector(let error): "\(error)"
    }
  }
}

/// Says what the lab was doing when the kernel refused.
func doing<Value: ~Copyable>(
  _ what: String, _ body: () throws(SystemCallError) -> Value
) throws(LabError) -> Value {
  do {
    return try body()
  } catch {
    throw .system(what, error)
  }
}
