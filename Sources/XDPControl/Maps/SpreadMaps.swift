import CReflectorABI
import LinuxSystem
import SystemPackage

/// The CPUs that frames are spread to (datapath kernel with `--spread`).
extension ReflectorObject {
  /// Starts the CPUs' threads and says which slot of conversations goes to which CPU. For an object of the program
  /// `spread`, before it is attached.
  ///
  /// - Parameters:
  ///   - cpus: those that the object was loaded for. The kernel takes any that is possible, also one that is offline.
  ///   - queueSize: frames that may wait for a CPU, at most 16,384.
  package func spread(
    over cpus: [Int], queueSize: UInt32 = REFLECTOR_SPREAD_QUEUE.rawValue
  ) throws(SystemCallError) {
    let maps = try maps()
    guard let map = maps.cpus, let back = backDescriptor else {
      throw SystemCallError("spread frames without a program for it", .invalidArgument)
    }
    for (slot, cpu) in cpus.enumerated() {
      try map.update(UInt32(cpu), reflector_cpu(queue: queueSize, program: UInt32(back)))
      try maps.spread.update(UInt32(slot), UInt32(cpu))
    }
  }
}

extension ReflectorMaps {
  /// Ends the CPUs' threads: each sends what is in its queue first, and so is over a moment after this returns. The
  /// program has to be off its interface by then.
  package func endSpread() {
    guard let cpus else { return }
    for cpu in (try? cpus.keys()) ?? [] { try? cpus.remove(cpu) }
  }
}
