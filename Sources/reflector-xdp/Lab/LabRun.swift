import CLinux
import Glibc
import LinuxSystem
import ReflectorLab
import ReflectorXDP
import SystemPackage
import XDPControl
import Synchronization

/// Runs the lab on a thread of its own while this one waits for signals.
struct LabRun {
  private let lab: Lab
  private let outcome = Outcome()

  init(lab: Lab) {
    self.lab = lab
  }

  /// - Throws: ``ReflectorError`` when the lab or its reflector could not be set up.
  func report(until signals: borrowing StopSignals) throws(ReflectorError) -> LabReport {
    let stop = LabStop()
    let thread: PosixThread
    do {
      thread = try PosixThread(name: "lab") { [lab, outcome] in
        outcome.set(Result { () throws(LabError) in try lab.run(stop: stop) })
      }
    } catch {
      throw .labFailed("\(error)")
    }
    if signals.wait(orFor: outcome.descriptor.rawValue) == .signal { stop.raise() }
    thread.join()
    return try outcome.report()
  }

  /// Where the thread leaves what came of it.
  private final class Outcome: Sendable {
    private let result = Mutex<Result<LabReport, LabError>?>(nil)
    /// Readable when there is a result.
    let descriptor = OwnedDescriptor(eventfd(0, CInt(EFD_CLOEXEC)))

    func set(_ result: Result<LabReport, LabError>) {
      self.result.withLock { $0 = result }
      eventfd_write(descriptor.rawValue, 1)
    }

    func report() throws(ReflectorError) -> LabReport {
      switch result.withLock({ $0 }) {
      case .success(let report): return report
      case .failure(.reflector(let error as ReflectorError)): throw error
      case .failure(.system(let doing, let error)) where error.errno == .notPermitted:
        throw .labNotPermitted("\(doing): \(error.call)")
      case .failure(.network(let error)) where error.errno == .notPermitted:
        throw .labNotPermitted("set up the lab's network: \(error.operation)")
      case .failure(let error): throw .labFailed("\(error)")
      case nil: throw .labFailed("it ended without a result")
      }
    }
  }
}

extension ReflectorError {
  fileprivate static func labNotPermitted(_ what: String) -> ReflectorError {
    ReflectorError(
      .noPermission, what: "\(what): not permitted", why: "it takes CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW",
      remedy: "run it as root, or with sudo")
  }

  fileprivate static func labFailed(_ why: String) -> ReflectorError {
    ReflectorError(
      .system, what: "the lab can't be run", why: why,
      remedy: "it takes root, and a kernel with network namespaces, veth and AF_XDP")
  }
}
