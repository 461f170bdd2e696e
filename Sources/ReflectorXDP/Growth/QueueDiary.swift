import AFXDP
import LinuxSystem
import SystemPackage

/// What is known of the queues of an interface that is reflected on, and what another number of them asks for.
/// Pure: numbers in; queues to bind and what the operator should hear out.
///
/// In the kernel datapath, a queue is bound as soon as it runs the program.
///
/// Invariants:
/// - A queue that has a socket keeps it, also while the interface has fewer queues.
/// - Nothing is told twice, and what was refused isn't tried twice, until there is another number of queues.
struct QueueDiary {
  /// What the operator should hear.
  enum Entry: Hashable {
    case notice(String)
    case warning(String)
  }

  /// What a look at the interface asks for.
  struct Plan: Hashable {
    /// Queues without a socket that are to have one.
    var bind: [QueueSelection.Assignment] = []
    /// Queues whose socket outlived their absence.
    var returned: [Int] = []
    var entries: [Entry] = []
  }

  /// What became of a queue that was to have a socket.
  enum Outcome: Hashable {
    /// With the reason that no better mode could be had.
    case bound(BindMode, refused: SystemCallError? = nil)
    /// By the program alone: the kernel datapath needs no socket.
    case reflecting
    /// Somebody has it still: the kernel takes closed sockets down in the background.
    case busy(SystemCallError)
    case refused(SystemCallError)
  }

  /// Looks after which a queue that is busy is told of.
  static let busyPatience = 5

  /// The queues that were asked for; nil for all.
  private let wanted: [Int]?
  private let cpus: [Int]
  /// Entries of the per-queue maps.
  private let room: Int
  /// RX queues in use, when last looked at.
  private(set) var receive: Int
  /// Of those, the ones that a socket can send on.
  private var usable: Int
  private var bound: Set<Int>
  private var absent: Set<Int> = []
  private var refused: Set<Int> = []
  private var busy: [Int: Int] = [:]

  /// - Parameters:
  ///   - wanted: as `--queues` has it.
  ///   - cpus: for the workers, in turn.
  init(_ selection: QueueSelection, wanted: [Int]?, cpus: [Int], room: Int) {
    self.wanted = wanted
    self.cpus = cpus
    self.room = room
    receive = selection.available
    usable = selection.available - selection.mute.count
    bound = Set(selection.queues)
  }

  /// The most queues of which a reader of the maps is to know.
  var shown: Int { min(receive, room) }

  /// - Parameters:
  ///   - receive: RX queues in use.
  ///   - transmit: TX queues in use; nil where that can't be told, and then each RX queue is taken to have one.
  mutating func note(receive: Int, transmit: Int?, of name: String) -> Plan {
    let usable = min(receive, transmit ?? receive)
    var plan = Plan()
    if (receive, usable) != (self.receive, self.usable) {
      refused = []
      busy = [:]
      let former = self.receive
      (self.receive, self.usable) = (receive, usable)
      if receive > former { plan.entries = left(from: former, name) }
      follow(&plan, name)
    }
    if wanted == nil {
      plan.bind = QueueSelection.assign(Array(0..<min(usable, room)), to: cpus)
        .filter { !bound.contains($0.queue) && !refused.contains($0.queue) }
    }
    return plan
  }

  /// New queues that will have no socket, whatever happens.
  private func left(from former: Int, _ name: String) -> [Entry] {
    let new = former..<receive
    guard wanted == nil else {
      return [without(Array(new), name, why: "--queues names others", remedy: "attach again to have them reflect, too")]
    }
    var entries: [Entry] = []
    let mute = (0..<min(receive, room)).filter { $0 >= usable && !bound.contains($0) }
    if !mute.isEmpty {
      entries.append(without(mute, name, why: "they have no TX queue", remedy: "see ethtool -L \(name)"))
    }
    if room < receive {
      let why = "at the attach \(name) could have no more than \(room)"
      entries.append(without(Array(max(room, former)..<receive), name, why: why, remedy: "attach again"))
    }
    return entries
  }

  /// Tells of sockets whose queues went or came back. The kernel's own `ethtool -L` never takes a bound queue away;
  /// drivers do, in a reset.
  private mutating func follow(_ plan: inout Plan, _ name: String) {
    let now = bound.filter { $0 >= usable }
    let gone = now.subtracting(absent)
    plan.returned = absent.subtracting(now).sorted()
    absent = now
    if !gone.isEmpty {
      plan.entries.append(
        .warning("\(name): \(Self.list(gone)) went away: their sockets wait, and go on when they are back"))
    }
    if !plan.returned.isEmpty { plan.entries.append(.notice("\(name): \(Self.list(plan.returned)) came back")) }
  }

  /// Books what became of a plan's queues.
  mutating func book(_ outcomes: [Int: Outcome], of name: String) -> [Entry] {
    var bindings: [Outcome: [Int]] = [:]
    var refusals: [SystemCallError: [Int]] = [:]
    for (queue, outcome) in outcomes {
      switch outcome {
      case .bound, .reflecting:
        bound.insert(queue)
        busy[queue] = nil
        bindings[outcome, default: []].append(queue)
      case .busy(let cause):
        busy[queue, default: 0] += 1
        if busy[queue] == Self.busyPatience { refusals[cause, default: []].append(queue) }
      case .refused(let cause):
        refused.insert(queue)
        refusals[cause, default: []].append(queue)
      }
    }
    let notices = bindings.map { outcome, queues in (queues, told(bound: queues, outcome, name)) }
    let warnings = refusals.map { cause, queues in (queues, told(refused: queues, cause, name)) }
    return (notices + warnings).sorted { ($0.0.min() ?? 0) < ($1.0.min() ?? 0) }.map(\.1)
  }

  private func told(bound queues: [Int], _ outcome: Outcome, _ name: String) -> Entry {
    var mode = ""
    if case .bound(let granted, let refusal) = outcome {
      mode = " (\(granted)\(refusal.map { ", stepping down: \($0)" } ?? ""))"
    }
    let verb = queues.count == 1 ? "reflects" : "reflect"
    return .notice("\(name) has \(receive) RX queues now: \(Self.list(queues)) \(verb), too\(mode)")
  }

  private func told(refused queues: [Int], _ cause: SystemCallError, _ name: String) -> Entry {
    let remedy =
      cause.errno == .resourceBusy
      ? "it is tried every second" : "attach again, or set their number once more, to try again"
    return without(queues, name, why: "\(cause)", remedy: remedy)
  }

  private func without(_ queues: [Int], _ name: String, why: String, remedy: String) -> Entry {
    .warning(
      "\(name) has \(receive) RX queues now: frames on \(Self.list(queues)) go to the host's stack: \(why); \(remedy)")
  }

  private static func list(_ queues: some Collection<Int>) -> String {
    "\(queues.count == 1 ? "queue" : "queues") \(IndexList(unique: queues.sorted()))"
  }
}
