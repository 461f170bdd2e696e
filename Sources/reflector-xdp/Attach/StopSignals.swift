import CLinux
import Glibc
import LinuxSystem
import ReflectorXDP

/// SIGINT, SIGTERM and SIGHUP as something to wait for, beside other descriptors.
///
/// SIGHUP stops, because a terminal that is closed must leave no pins, or it asks for a reload. Where it is ignored
/// (nohup) and stops, it stays so: a blocked signal would come here all the same.
///
/// Make it before any thread starts: threads inherit that these signals are blocked, so they come here
/// and interrupt no system call of a worker's.
struct StopSignals: ~Copyable {
  private let descriptor: OwnedDescriptor
  /// Nil where SIGHUP stops as the others do.
  private let hangup: HangupSignal?

  /// - Parameter reloads: whether SIGHUP asks for a reload.
  init(reloads: Bool = false) throws(ReflectorError) {
    let isIgnored = Self.isIgnored(SIGHUP)
    let hangup = reloads ? HangupSignal(try Self.descriptor(of: [SIGHUP]), isIgnored: isIgnored) : nil
    descriptor = try Self.descriptor(of: reloads || isIgnored ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP])
    self.hangup = hangup
  }

  private static func descriptor(of numbers: [CInt]) throws(ReflectorError) -> OwnedDescriptor {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    do {
      return OwnedDescriptor(
        try check("signalfd") { signalfd(-1, &signals, CInt(SFD_CLOEXEC | SFD_NONBLOCK)) })
    } catch {
      throw ReflectorError(.system, what: "wait for signals", why: "\(error)", remedy: "see ulimit -n")
    }
  }

  private static func isIgnored(_ signal: CInt) -> Bool {
    var action = sigaction()
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
  }

  enum Event: Equatable {
    case signal, descriptor, timeout
    /// Of the XDP program, too.
    case reload(program: Bool)
  }

  /// Waits for a signal, for `other` to become readable (never, when it is -1), or until a time of
  /// ``MonotonicClock``, however far away.
  func wait(orFor other: CInt = -1, until deadline: UInt64 = .max) -> Event {
    var descriptors = [
      pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
      pollfd(fd: hangup?.descriptor.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      poll(&descriptors, 3, Self.milliseconds(until: deadline))
      if descriptors[0].revents != 0 { return .signal }
      if descriptors[1].revents != 0 { return .descriptor }
      if descriptors[2].revents != 0, let event = hangup?.take() { return event }
      if MonotonicClock.nanoseconds >= deadline { return .timeout }
    }
  }

  /// Runs `body` with a question that it may ask: whether a signal to stop has come.
  func whileWatching<Result>(
    _ body: (_ isPending: @escaping () -> Bool) throws(ReflectorError) -> Result
  ) throws(ReflectorError) -> Result {
    let signals = descriptor.rawValue
    let hangup = hangup?.descriptor.rawValue ?? -1
    let mayLoseTerminal = self.hangup?.stopsWithTerminal ?? false
    return try body {
      // A reload has time until there is something to reload.
      Self.hasCome(signals) || Self.hasCome(hangup) && mayLoseTerminal && !HangupSignal.hasTerminal
    }
  }

  private static func hasCome(_ signals: CInt) -> Bool {
    var descriptor = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }

  /// Rounded up: a wait that ends a little early would be followed by many of no time at all. In parts of a thousand
  /// seconds, which `poll` can hold.
  private static func milliseconds(until deadline: UInt64) -> CInt {
    let now = MonotonicClock.nanoseconds
    guard deadline > now else { return 0 }
    return CInt(min((deadline - now) / 1_000_000 + 1, 1_000_000))
  }
}
