import ReflectorCore

/// What a worker does to a frame in between receiving and sending it: bytes in, verdict out.
///
/// ReflectorCore's `ReflectMode` is the one that is used; the worker knows no more of it than this, so
/// its tests bring their own.
package protocol FrameReflector: Sendable {
  /// Rewrites the frame in place.
  ///
  /// - Returns: whether the frame is to be sent. If not, its bytes don't matter any more.
  func reflect(_ frame: inout MutableRawSpan) -> Bool
}

extension ReflectMode: FrameReflector {}
