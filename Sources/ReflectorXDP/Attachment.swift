import AFXDP
import XDPControl

/// What was attached, how, and what could not be had.
public struct Attachment: Codable, Sendable, Hashable {
  public struct Queue: Codable, Sendable, Hashable {
    public var queue: Int
    /// `zero-copy` or `copy`, as the kernel confirmed it (XDP_OPTIONS); absent in the kernel datapath.
    public var bindMode: String?
    /// Absent when the worker isn't pinned, and in the kernel datapath, which has none.
    public var cpu: Int?
    /// Frames longer than a chunk are reflected, too (XDP_USE_SG); absent in the kernel datapath, which has no chunks.
    public var multiBuffer: Bool?
    /// Bytes of the longest frame that is reflected; absent in the kernel datapath.
    public var longestFrame: Int?
  }

  /// The interface's real name, also when an altname was given.
  public var interface: String
  /// `native` or `generic`.
  public var attachMode: String
  /// Who sends the frames back: `xsk` or `kernel`.
  public var datapath: String
  /// The CPUs that frames are spread over; absent where each is reflected on the CPU that it arrives on.
  public var spread: [Int]?
  /// At the attach; ``Reflector/statistics()`` has those that were added later, too.
  public var queues: [Queue]
  /// RX queues of the interface that don't reflect, at the attach: their frames pass to the stack.
  public var queuesWithoutSocket: [Int]
  /// The folder with the pinned maps; absent when nothing is pinned.
  public var pins: String?
  /// `2 MiB` or `4 KiB`, and why not the larger ones where they were asked for; absent in the kernel datapath,
  /// which has no UMEM.
  public var pages: String?
  /// Who gets an answer, in words: `any source with OUI 00:c0:17`.
  public var allows: String
  /// Conversations that there is room for; 0 when none are kept.
  public var flows: Int
  /// Bytes of the kernel's memory for them; absent when none are kept, and where the kernel doesn't tell.
  public var flowsBytes: UInt64?
  /// Better modes that were tried, with the reason that they can't be had.
  public var refusals: [String]
  /// What will spoil the result, though it doesn't stop anything.
  public var warnings: [String]
}

extension Attachment {
  init(
    _ interface: Interface, _ attached: Attached, _ program: DatapathProgram, pins: String?, refusals: [Refusal],
    warnings: [String], allows: String, flows: Int, flowsBytes: UInt64?
  ) {
    self.init(
      interface: interface.name,
      attachMode: attached.link.mode.rawValue,
      datapath: (attached.step.reflectsInKernel ? Configuration.Datapath.kernel : .xsk).rawValue,
      spread: program.cpus,
      queues: attached.step.reflectsInKernel
        ? attached.selection.queues.map { Queue(queue: $0) }
        : zip(attached.queues, attached.selection.assignments).map { open, assignment in
          Queue(
            queue: open.queue, bindMode: open.bindMode.description, cpu: assignment.cpu,
            multiBuffer: open.isMultiBuffer, longestFrame: open.longestFrame)
        },
      queuesWithoutSocket: attached.selection.without,
      pins: pins,
      pages: attached.queues.first?.pages,
      allows: allows,
      flows: flows,
      flowsBytes: flowsBytes,
      refusals: refusals.map(\.description),
      warnings: warnings)
  }
}
