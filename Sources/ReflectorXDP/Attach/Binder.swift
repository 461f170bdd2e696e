import AFXDP
import LinuxSystem
import SystemPackage
import XDPControl

/// Opens sockets on an interface's queues as the configuration wants them: when it attaches, and for queues that come
/// later.
struct Binder: Sendable {
  private let interfaceIndex: CInt
  private let configuration: Configuration
  private let multiBuffer: MultiBuffer
  /// The NIC's memory node; nil where the kernel is to choose.
  private let numaNode: Int?

  init(_ interface: Interface, _ configuration: Configuration, multiBuffer: MultiBuffer, numaNode: Int?) {
    interfaceIndex = interface.index
    self.configuration = configuration
    self.multiBuffer = multiBuffer
    self.numaNode = numaNode
  }

  /// A socket with a UMEM of its own, bound in exactly this mode: for frames of several chunks where they may come and
  /// the driver takes them. A failed attempt leaves nothing behind.
  ///
  /// - Throws: the call that failed; EBUSY while somebody has the queue.
  func open(_ queue: Int, _ mode: BindMode) throws(SystemCallError) -> OpenQueue {
    guard let longest = multiBuffer.longestChain(mode) else { return try open(queue, mode, longestChain: nil) }
    do throws(SystemCallError) {
      return try open(queue, mode, longestChain: longest)
    } catch  where error.call == "bind" && [.notSupportedOnSocket, .invalidArgument].contains(error.errno) {
      // Perhaps only for them. If not, it's this one's failure that counts.
      return try open(queue, mode, longestChain: nil)
    }
  }

  private func open(_ queue: Int, _ mode: BindMode, longestChain: UInt32?) throws(SystemCallError) -> OpenQueue {
    var settings = XSKConfiguration(interfaceIndex: UInt32(interfaceIndex), queue: UInt32(queue))
    settings.bindMode = mode
    settings.frames = UInt32(configuration.frames)
    settings.chunkSize = configuration.chunkSize == 2048 ? .bytes2048 : .bytes4096
    settings.hugePages = configuration.hugePages
    settings.numaNode = numaNode
    settings.busyPoll = configuration.busyPoll
    settings.multiBuffer = longestChain != nil
    settings.longestChain = longestChain ?? settings.longestChain
    return OpenQueue(queue: queue, xsk: try XSK.open(settings))
  }
}
