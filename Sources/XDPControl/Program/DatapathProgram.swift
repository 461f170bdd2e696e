import CReflectorABI
import ReflectorCore

/// Which of the programs in bpf/reflector.bpf.c is loaded: two for each datapath, the second for frames in several parts.
package enum DatapathProgram: Hashable, Sendable {
  /// Hands frames to the sockets of their queues.
  case xsk
  /// Sends frames back itself, rewritten as the mode says.
  case kernel(ReflectMode)
  /// Hands frames to these CPUs, where a second program sends them back. No CPU twice.
  case spread(ReflectMode, over: [Int])

  /// As the source has it, and `bpftool prog show`: at most 15 characters.
  ///
  /// - Parameter multiBuffer: the one for frames in several parts, Linux 5.18 (BPF_F_XDP_HAS_FRAGS).
  package func name(multiBuffer: Bool) -> String {
    switch self {
    case .xsk: multiBuffer ? "reflector_frags" : "reflector"
    case .kernel: multiBuffer ? "reflector_tx_fr" : "reflector_tx"
    case .spread: multiBuffer ? "reflector_sp_fr" : "reflector_split"
    }
  }

  /// One of each kind, for the names.
  private static let kinds = [Self.xsk, .kernel(.all), .spread(.all, over: [])]
  static let multiBufferNames = Set(kinds.map { $0.name(multiBuffer: true) })
  /// All that a reflector's program may be called.
  static let names = multiBufferNames.union(kinds.map { $0.name(multiBuffer: false) })

  /// What runs on the other CPUs, beside the program `spread`.
  static func backName(multiBuffer: Bool) -> String { multiBuffer ? "reflector_bk_fr" : "reflector_back" }

  /// All in the object.
  static let everyName = names.union([true, false].map(backName(multiBuffer:)))

  /// All that is loaded.
  func loadedNames(multiBuffer: Bool) -> Set<String> {
    switch self {
    case .xsk, .kernel: [name(multiBuffer: multiBuffer)]
    case .spread: [name(multiBuffer: multiBuffer), Self.backName(multiBuffer: multiBuffer)]
    }
  }

  /// Nil where frames stay on the CPU that they arrive on.
  package var cpus: [Int]? {
    if case .spread(_, let cpus) = self { cpus } else { nil }
  }

  var reflectMode: ReflectMode? {
    switch self {
    case .xsk: nil
    case .kernel(let mode), .spread(let mode, _): mode
    }
  }
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
