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

  /// - Parameters:
  ///   - flows: conversations that there is room for; 0 for none.
  ///   - multiBuffer: for frames in several parts, too.
  init(_ program: DatapathProgram, queues: Int, flows: Int, multiBuffer: Bool, log: Logger) throws(ReflectorError) {
    do throws(LoadError) {
      object = try ReflectorObject(program, queues: queues, flows: flows, multiBuffer: multiBuffer)
    } catch {
      if error.isVerifier { Self.record(error, log: log) }
      throw .load(error)
    }
    VerifierLog().remove()
    for line in object.messages { log.debug("\(line.text)") }
    programID = LoadedProgram(descriptor: object.programDescriptor)?.id ?? 0
  }

  /// On stderr, and where `doctor` finds it. What was refused only for want of rights is no news later.
  private static func record(_ error: LoadError, log: Logger) {
    for line in error.messages { log.error("\(line.text)") }
    guard !error.isUnprivileged else { return }
    do {
      try VerifierLog().write(error.messages.map(\.text))
    } catch {
      log.debug("the verifier's log isn't kept: \(error)")
    }
  }
}
