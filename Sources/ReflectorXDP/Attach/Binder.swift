import AFXDP
import LinuxSystem
import XDPControl

/// Opens sockets on an interface's queues as the configuration wants them: when it attaches, and for queues that come
/// later.
struct Binder: Sendable {
  private let interfaceIndex: CInt
  private let configuration: Configuration
  /// The NIC's memory node; nil where the kernel is to choose.
  private let numaNode: Int?

  init(_ interface: Interface, _ configuration: Configuration, numaNode: Int?) {
    interfaceIndex = interface.index
    self.configuration = configuration
    self.numaNode = numaNode
  }

  /// A socket with a UMEM of its own, bound in exactly this mode. One attempt; a failed one leaves nothing behind.
  ///
  /// - Throws: the call that failed; EBUSY while somebody has the queue.
  func open(_ queue: Int, _ mode: BindMode) throws(SystemCallError) -> OpenQueue {
    var settings = XSKConfiguration(interfaceIndex: UInt32(interfaceIndex), queue: UInt32(queue))
    settings.bindMode = mode
    settings.frames = UInt32(configuration.frames)
    settings.chunkSize = configuration.chunkSize == 2048 ? .bytes2048 : .bytes4096
    settings.hugePages = configuration.hugePages
    settings.numaNode = numaNode
    settings.busyPoll = configuration.busyPoll
    return OpenQueue(queue: queue, xsk: try XSK.open(settings))
  }
}
