import AFXDP
import XDPControl

/// What was attached, how, and what could not be had.
public struct Attachment: Codable, Sendable, Hashable {
  public struct Queue: Codable, Sendable, Hashable {
    public var queue: Int
    /// `zero-copy` or `copy`, as the kernel confirmed it (XDP_OPTIONS).
    public var bindMode: String
    /// Absent when the worker isn't pinned.
    public var cpu: Int?
    /// Frames longer than a chunk are reflected, too (XDP_USE_SG).
    public var multiBuffer: Bool
    /// Bytes of the longest frame that is reflected.
    public var longestFrame: Int
  }

  /// The interface's real name, also when an altname was given.
  public var interface: String
  /// `native` or `generic`.
  public var attachMode: String
  /// At the attach; ``Reflector/statistics()`` has those that were added later, too.
  public var queues: [Queue]
  /// RX queues of the interface that have no socket, at the attach: their frames pass to the stack.
  public var queuesWithoutSocket: [Int]
  /// The folder with the pinned maps; absent when nothing is pinned.
  public var pins: String?
  /// `2 MiB` or `4 KiB`, and why not the larger ones where they were asked for.
  public var pages: String
  /// Better modes that were tried, with the reason that they can't be had.
  public var refusals: [String]
  /// What will spoil the result, though it doesn't stop anything.
  public var warnings: [String]
}

extension Attachment {
  init(
    _ interface: Interface, _ attached: Attached, _ configuration: Configuration, pins: String?, refusals: [Refusal],
    warnings: [String]
  ) {
    self.init(
      interface: interface.name,
      attachMode: attached.link.mode.rawValue,
      queues: zip(attached.queues, attached.selection.assignments).map { open, assignment in
        Queue(
          queue: open.queue, bindMode: open.bindMode.description, cpu: assignment.cpu,
          multiBuffer: open.isMultiBuffer, longestFrame: open.longestFrame)
      },
      queuesWithoutSocket: attached.selection.without,
      pins: pins,
      pages: attached.queues.first?.pages ?? "",
      refusals: refusals.map(\.description),
      warnings: warnings)
  }
}
