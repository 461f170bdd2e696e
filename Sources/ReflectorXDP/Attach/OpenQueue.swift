import AFXDP

/// A queue with its socket, open and bound, that no worker has taken over yet.
///
/// A class only because a ~Copyable socket can't be kept in an array.
final class OpenQueue {
  let queue: Int
  let bindMode: BindMode
  let descriptor: CInt
  /// What the UMEM lies on: `4 KiB`.
  let pages: String
  /// Frames of several chunks are taken, too.
  let isMultiBuffer: Bool
  /// Bytes of the longest frame that is.
  let longestFrame: Int
  private var xsk: XSK<LinuxKernel>?

  init(queue: Int, xsk: consuming XSK<LinuxKernel>) {
    self.queue = queue
    bindMode = xsk.bindMode
    descriptor = xsk.fileDescriptor
    pages = xsk.pages.description
    isMultiBuffer = xsk.configuration.multiBuffer
    longestFrame = Int(xsk.configuration.longestFrame)
    self.xsk = consume xsk
  }

  /// Hands the socket over; nil the second time.
  func take() -> XSK<LinuxKernel>? {
    let taken = xsk.take()
    return taken
  }
}
