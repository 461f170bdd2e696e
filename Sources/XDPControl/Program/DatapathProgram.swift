import CReflectorABI
import ReflectorCore

/// Which of the programs in bpf/reflector.bpf.c is loaded: one for each datapath.
package enum DatapathProgram: Hashable, Sendable {
  /// Hands frames to the sockets of their queues.
  case xsk
  /// Sends frames back itself, rewritten as the mode says.
  case kernel(ReflectMode)
  /// Hands frames to these CPUs, where a second program sends them back. No CPU twice.
  case spread(ReflectMode, over: [Int])

  /// As the source has it, and `bpftool prog show`: at most 15 characters.
  package var name: String {
    switch self {
    case .xsk: "reflector"
    case .kernel: "reflector_tx"
    case .spread: "reflector_split"
    }
  }

  /// All that a reflector's program may be called.
  static let names: Set = [Self.xsk.name, Self.kernel(.all).name, Self.spread(.all, over: []).name]

  /// What runs on the other CPUs, beside the program `spread`.
  static let backName = "reflector_back"

  /// All that is loaded.
  var loadedNames: Set<String> {
    switch self {
    case .xsk, .kernel: [name]
    case .spread: [name, Self.backName]
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
