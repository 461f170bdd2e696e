import CReflectorABI
import ReflectorCore

/// Which of the programs in bpf/reflector.bpf.c is loaded: one for each datapath.
package enum DatapathProgram: Hashable, Sendable {
  /// Hands frames to the sockets of their queues.
  case xsk
  /// Sends frames back itself, rewritten as the mode says.
  case kernel(ReflectMode)

  /// As the source has it, and `bpftool prog show`: at most 15 characters.
  package var name: String {
    switch self {
    case .xsk: "reflector"
    case .kernel: "reflector_tx"
    }
  }

  /// All that a reflector's program may be called.
  static let names: Set = [Self.xsk.name, Self.kernel(.all).name]
}

extension ReflectMode {
  /// As the maps and the program have it.
  package var abi: reflector_reflect_mode {
    switch self {
    case .mac: REFLECTOR_REFLECT_MAC
    case .macIP: REFLECTOR_REFLECT_MAC_IP
    case .all: REFLECTOR_REFLECT_ALL
    }
  }
}
