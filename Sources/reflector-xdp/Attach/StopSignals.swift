import CLinux
import Glibc
import LinuxSystem
import ReflectorXDP

/// SIGINT, SIGTERM and SIGHUP as something to wait for, beside other descriptors.
///
/// SIGHUP, because a terminal that is closed must leave no pins. Where it is ignored (nohup) it stays so: a blocked
/// signal would come here all the same.
///
/// Make it before any thread starts: threads inherit that these signals are blocked, so they come here
/// and interrupt no system call of a worker's.
struct StopSignals: ~Copyable {
  private let descriptor: OwnedDescriptor

  init() throws(ReflectorError) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    if !Self.isIgnored(SIGHUP) { sigaddset(&signals, SIGHUP) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    do {
      descriptor = OwnedDescriptor(
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

  enum Event {
    case signal, descriptor, timeout
  }

  /// Waits for a signal, for `other` to become readable (never, when it is -1), or until a time of
  /// ``MonotonicClock``, however far away.
  func wait(orFor other: CInt = -1, until deadline: UInt64 = .max) -> Event {
    var descriptors = [
      pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      poll(&descriptors, 2, Self.milliseconds(until: deadline))
      if descriptors[0].revents != 0 { return .signal }
      if descriptors[1].revents != 0 { return .descriptor }
      if MonotonicClock.nanoseconds >= deadline { return .timeout }
    }
  }

  /// Runs `body` with a question that it may ask: whether a signal has come.
  func whileWatching<Result>(
    _ body: (_ isPending: @escaping () -> Bool) throws(ReflectorError) -> Result
  ) throws(ReflectorError) -> Result {
    let signals = descriptor.rawValue
    return try body {
      var descriptor = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      return poll(&descriptor, 1, 0) > 0
    }
  }

  /// Rounded up: a wait that ends a little early would be followed by many of no time at all. In parts of a thousand
  /// seconds, which `poll` can hold.
  private static func milliseconds(until deadline: UInt64) -> CInt {
    let now = MonotonicClock.nanoseconds
    guard deadline > now else { return 0 }
    return CInt(min((deadline - now) / 1_000_000 + 1, 1_000_000))
  }
}
