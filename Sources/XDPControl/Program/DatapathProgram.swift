import CReflectorABI
import ReflectorCore

/// Which of the programs in bpf/reflector.bpf.c is loaded: two for each datapath, the second for frames in several parts.
package enum DatapathProgram: Hashable, Sendable {
  /// Hands frames to the sockets of their queues.
  case xsk
  /// Sends frames back itself, rewritten as the mode says.
  case kernel(ReflectMode)

  /// As the source has it, and `bpftool prog show`: at most 15 characters.
  ///
  /// - Parameter multiBuffer: the one for frames in several parts, Linux 5.18 (BPF_F_XDP_HAS_FRAGS).
  package func name(multiBuffer: Bool) -> String {
    switch self {
    case .xsk: multiBuffer ? "reflector_frags" : "reflector"
    case .kernel: multiBuffer ? "reflector_tx_fr" : "reflector_tx"
    }
  }

  static let multiBufferNames: Set = [Self.xsk.name(multiBuffer: true), Self.kernel(.all).name(multiBuffer: true)]
  /// All that a reflector's program may be called.
  static let names = multiBufferNames.union([
    Self.xsk.name(multiBuffer: false), Self.kernel(.all).name(multiBuffer: false),
  ])
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
