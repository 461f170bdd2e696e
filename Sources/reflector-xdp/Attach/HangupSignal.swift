import CLinux
import Glibc
import LinuxSystem
import ReflectorXDP
import SystemPackage

/// SIGHUP of a process that reloads: asked for by somebody, or sent by the kernel because the terminal is gone.
///
/// The signal itself doesn't tell: a shell passes on what its terminal has sent it. But a process that lost its
/// terminal can't open it any more.
///
/// A class only because an optional of what can't be copied can't be looked into.
final class HangupSignal: Sendable {
  /// Readable when one has come.
  let descriptor: OwnedDescriptor
  /// Whether there is a terminal whose end is the process' end. Under `nohup` it isn't.
  let stopsWithTerminal: Bool

  init(_ descriptor: consuming OwnedDescriptor, isIgnored: Bool) {
    self.descriptor = descriptor
    stopsWithTerminal = !isIgnored && Self.hasTerminal
  }

  /// Takes all that have come, which are one; nil for none.
  func take() -> StopSignals.Event? {
    var information = signalfd_siginfo()
    var (count, renewsProgram) = (0, false)
    while read(descriptor.rawValue, &information, MemoryLayout<signalfd_siginfo>.size) > 0 {
      count += 1
      let hasValue = information.ssi_code == -1  // SI_QUEUE
      if hasValue, information.ssi_int == ReflectorProcess.programValue { renewsProgram = true }
    }
    guard count > 0 else { return nil }
    return stopsWithTerminal && !Self.hasTerminal ? .signal : .reload(program: renewsProgram)
  }

  /// Whether the process has a terminal that controls it. True also where that can't be told, for want of descriptors.
  static var hasTerminal: Bool {
    do {
      _ = OwnedDescriptor(try checkRetrying("open /dev/tty") { open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) })
      return true
    } catch {
      return error.errno == .tooManyOpenFiles || error.errno == .tooManyOpenFilesInSystem
    }
  }
}
