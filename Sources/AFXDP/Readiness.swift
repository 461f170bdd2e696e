import CLinux

/// What ended a wait. Nothing of it: the time was up, or a signal came.
package struct Readiness: Sendable, Hashable {
  /// Frames are in the RX ring (`POLLIN` on the socket).
  package var hasFrames = false
  /// The other descriptor is readable.
  package var isSignalled = false
  /// The socket won't give anything any more (`POLLERR`, `POLLHUP`, `POLLNVAL`).
  package var isUnbound = false

  init() {}

  init(socket: pollfd, signal: pollfd) {
    hasFrames = socket.revents & Int16(POLLIN) != 0
    isSignalled = signal.revents != 0
    isUnbound = socket.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
  }
}
