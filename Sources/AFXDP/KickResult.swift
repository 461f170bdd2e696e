import LinuxSystem
import SystemPackage

/// What a system call that kicks a ring said (`sendto` for TX, `recvfrom` for the fill ring).
///
/// None of these means that a frame is lost from the books: whether frames left is told by the TX and
/// completion rings alone.
@usableFromInline
package enum KickResult: Sendable, Hashable {
  /// 0. Kicked, or nothing to do, or skipped by busy polling: judge by the completion ring.
  case sent
  /// `EAGAIN`: at most 32 descriptors a call were taken, or the completion ring is full, or the
  /// socket's send limit or the driver's queue is. Drain completions and kick again, bounded.
  case again
  /// `EBUSY`, copy mode: exactly one frame was completed, but the device dropped it.
  case deviceRefused
  /// `ENOBUFS`, and `ENOMEM` from 6.17 on: no memory for a packet now. The frame stays on the TX ring. (ENOBUFS
  /// also says that the socket has no such ring, which can't be here.)
  case noMemory
  /// `ENETDOWN`: the interface is not up. It may come back, without a new bind.
  case linkDown
  /// `ENXIO`: the socket is bound to nothing, because its device is gone.
  case unbound
  /// Anything else: a driver's own answer.
  case other(Errno)

  /// What the call that has just failed on this thread said.
  @usableFromInline
  package static func ofFailure() -> KickResult {
    KickResult(.current)
  }

  /// Sorts the errno of a kick that failed.
  package init(_ errno: Errno) {
    switch errno {
    case .resourceTemporarilyUnavailable, .interrupted: self = .again
    case .resourceBusy: self = .deviceRefused
    case .noBufferSpace, .noMemory: self = .noMemory
    case .networkDown: self = .linkDown
    case .noSuchAddressOrDevice: self = .unbound
    default: self = .other(errno)
    }
  }
}
