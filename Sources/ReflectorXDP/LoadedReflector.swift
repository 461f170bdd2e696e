import LinuxSystem
import Logging
import XDPControl

/// The loaded program, shared by what needs its maps.
///
/// A class only so that several owners' scopes can hold it: it is the last to go.
final class LoadedReflector {
  let object: ReflectorObject
  /// As `bpftool prog show` has it.
  let programID: UInt32

  init(queues: Int, log: Logger) throws(ReflectorError) {
    do throws(LoadError) {
      object = try ReflectorObject(queues: queues)
    } catch {
      if error.isVerifier { for line in error.messages { log.error("\(line.text)") } }
      throw .load(error)
    }
    for line in object.messages { log.debug("\(line.text)") }
    programID = LoadedProgram(descriptor: object.programDescriptor)?.id ?? 0
  }
}
