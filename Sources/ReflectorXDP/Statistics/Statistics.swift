/// The accounts of one reflector at one moment: totals since it was attached, in frames.
///
/// What can't be known is absent (nil), never 0. Encodes to the JSON that `stats --format json` prints
/// when the keys are converted to snake case.
public struct Statistics: Codable, Sendable, Hashable {
  public var interface: String
  /// `native` or `generic`.
  public var attachMode: String
  /// Who sends the frames back: `xsk`, workers through AF_XDP sockets, or `kernel`, the XDP program itself.
  public var datapath: String
  /// Which headers are swapped: `mac`, `mac-ip` or `all`.
  public var reflect: String
  public var pid: UInt32
  /// Seconds since the program was attached.
  public var uptimeS: Double
  /// Frames that the XDP program looked at.
  public var seen: UInt64
  /// Of those, handed to a queue's socket: none in the kernel datapath.
  public var redirected: UInt64
  /// Of those, handed to another CPU to be sent back there; absent without `--spread`.
  public var spread: UInt64?
  /// Of those, left to the host's stack, by reason.
  public var passed: [String: UInt64]
  /// Of those, refused by policy and dropped, by reason. With `--refused pass` they are in ``passed``.
  public var dropped: [String: UInt64]
  /// Conversations that were held off.
  public var alarms = Alarms()
  /// Of the redirected, or of those reflected in the kernel or spread, by the rule that matched. Those of a rule that
  /// was taken out go with it.
  public var rules: [String: UInt64]
  /// Taken from the RX rings by the workers. In the kernel datapath the same as `reflected`; with
  /// `--spread`, come to their CPU.
  public var received: UInt64
  /// Submitted to the TX rings. In the kernel datapath, given back to the driver to send.
  public var reflected: UInt64
  /// Given back by the kernel on the completion rings; absent in the kernel datapath, which has none.
  public var completed: UInt64?
  /// Of the completed, refused by the device and so not sent. In the kernel datapath of the reflected, and absent
  /// where the kernel or the driver doesn't tell.
  public var refused: UInt64?
  /// Of the spread, not taken by the other CPU's queue, which was full. Absent without `--spread`, and where the kernel
  /// doesn't tell.
  public var overflowed: UInt64?
  public var queues: [Queue]
  /// The CPUs that frames are spread to; absent without `--spread`.
  public var cpus: [CPU]?
  /// Whether the accounts balance: no frame lost between any two of the places above.
  public var balanced: Bool
  /// What doesn't balance, in words; empty when all does.
  public var imbalances: [String]

  /// What the guard against loops found.
  public struct Alarms: Codable, Sendable, Hashable {
    /// Conversations that went round.
    public var loops: UInt64 = 0
    /// Conversations that were faster than `--storm` allows.
    public var storms: UInt64 = 0
    /// Frames that got an answer though there was no room for their conversation.
    public var untracked: UInt64 = 0
  }

  /// What one CPU did with the frames that were spread to it.
  public struct CPU: Codable, Sendable, Hashable {
    public var cpu: Int
    /// Rewritten and given to the driver to send.
    public var reflected: UInt64
    /// Headers that don't parse any more: dropped.
    public var rejected: UInt64
  }

  /// One queue's part. In the kernel datapath what a socket and its worker count is absent.
  public struct Queue: Codable, Sendable, Hashable {
    public var queue: Int
    /// `zero-copy`, `copy`, or `none` for a queue whose frames go to the stack; absent for one that the kernel datapath
    /// reflects on.
    public var bindMode: String?
    /// The CPU that the worker is pinned to; absent when it isn't.
    public var cpu: Int?
    /// Chunks in the queue's UMEM.
    public var frames: Int?
    /// With `--spread`, handed to another CPU.
    public var received: UInt64
    /// Absent with `--spread`: the CPUs count.
    public var reflected: UInt64?
    public var completed: UInt64?
    public var refused: UInt64?
    /// Submitted and not yet given back.
    public var inFlight: UInt64?
    /// Received and not reflected, by reason.
    public var rejected: [String: UInt64]?
    /// The socket's own counters (SOL_XDP XDP_STATISTICS), by their names in struct xdp_statistics.
    public var xsk: [String: UInt64]?
    /// System calls that woke the kernel up, for TX or for RX.
    public var wakeups: UInt64?
    /// Times that the worker blocked.
    public var polls: UInt64?
    /// Turns that received something.
    public var batches: UInt64?
    /// Turns in which frames had to wait in the RX ring for room in the TX ring.
    public var held: UInt64?
    /// Wake-ups that found the link down.
    public var linkDown: UInt64?
  }
}
