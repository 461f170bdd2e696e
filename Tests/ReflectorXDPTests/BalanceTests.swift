import CReflectorABI
import Testing

@testable import ReflectorXDP

/// The judgement over two looks: exact when nothing moved, and never a false alarm when something did.
struct BalanceTests {
  @Test func `accounts that add up balance`() {
    let snapshot = Snapshot.example()
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty)
  }

  @Test func `a frame that came in and never went out is found`() {
    var snapshot = Snapshot.example()
    snapshot.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 1
    #expect(
      Balance(snapshot, snapshot).imbalances == [
        "seen = redirected + reflected in the kernel + spread + passed + dropped: 151 and 150"
      ])
  }

  @Test func `in the kernel datapath the program's count is the queues'`() {
    var snapshot = Snapshot.example()
    snapshot.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 30
    snapshot.counters[0][Int(REFLECTOR_REFLECTED.rawValue)] += 30
    snapshot.queues = [10, 20].map { reflector_queue_counters(reflected: $0, closed: 0, spread: 0) }
    snapshot.refused = 30
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty)
    snapshot.queues[1].reflected = 19
    #expect(
      Balance(snapshot, snapshot).imbalances == ["reflected in the kernel = what the queues reflected: 30 and 29"])
    snapshot.queues[1].reflected = 20
    snapshot.refused = 31
    #expect(Balance(snapshot, snapshot).imbalances == ["refused of reflected: 31 of 30"])
  }

  @Test func `what was spread came to its CPU, or found its queue full`() {
    var snapshot = Snapshot.example()
    snapshot.session.spread = 2
    snapshot.session.counts_refusals = 1
    snapshot.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 30
    snapshot.counters[0][Int(REFLECTOR_SPREAD.rawValue)] += 30
    snapshot.queues = [reflector_queue_counters(reflected: 0, closed: 0, spread: 30)]
    snapshot.cpus = [
      reflector_cpu_counters(reflected: 10, rejected: 1), reflector_cpu_counters(reflected: 15, rejected: 0),
    ]
    snapshot.overflowed = 4
    snapshot.refused = 25
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty)
    snapshot.refused = 26
    #expect(Balance(snapshot, snapshot).imbalances == ["refused of reflected: 26 of 25"])
    snapshot.refused = 0
    snapshot.overflowed = 3
    #expect(Balance(snapshot, snapshot).imbalances == ["spread = reflected + rejected + overflowed: 30 and 29"])
    // Frames wait in the queues: no fault while figures move.
    var later = snapshot
    later.refused = 1
    #expect(Balance(snapshot, later).imbalances.isEmpty)
    // Where it isn't known how many found a queue full, only too many can be wrong.
    snapshot.session.counts_refusals = 0
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty)
    snapshot.cpus[0].reflected = 100
    #expect(Balance(snapshot, snapshot).imbalances == ["spread, and come to their CPU: 30 and 116"])
  }

  @Test func `a frame that was redirected and never arrived is found`() {
    var snapshot = Snapshot.example()
    snapshot.workers[0].received -= 1
    snapshot.workers[0].reflected -= 1
    snapshot.workers[0].completed -= 1
    #expect(Balance(snapshot, snapshot).imbalances == ["redirected = received + rx_dropped + rx_ring_full: 100 and 99"])
  }

  @Test func `an imbalance has to last to be one, and does not hang its reader`() throws {
    let good = Snapshot.example()
    var waiting = good
    waiting.workers[0].received -= 1
    waiting.workers[0].reflected -= 1
    waiting.workers[0].completed -= 1
    var looks = 0
    let passing = try StatisticsReader.settled(within: 10_000_000_000) {
      looks += 1
      return looks < 3 ? Statistics(waiting, waiting) : Statistics(good, good)
    }
    #expect(passing.balanced && looks == 3)
    let lasting = try StatisticsReader.settled(within: 1_000_000) { Statistics(waiting, waiting) }
    #expect(!lasting.balanced)
  }

  @Test func `what the kernel dropped on the way is no loss of ours`() {
    var snapshot = Snapshot.example()
    snapshot.workers[0].received -= 3
    snapshot.workers[0].reflected -= 3
    snapshot.workers[0].completed -= 3
    snapshot.xsk[0].rx_dropped = 2
    snapshot.xsk[0].rx_ring_full = 1
    // In copy mode the kernel counts a frame that finds the fill ring empty in both; it's one frame.
    snapshot.xsk[0].rx_fill_ring_empty_descs = 2
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty)
  }

  @Test func `a received frame that was neither reflected nor rejected is found`() {
    var snapshot = Snapshot.example()
    snapshot.workers[1].reflected -= 1
    snapshot.workers[1].completed -= 1
    #expect(Balance(snapshot, snapshot).imbalances == ["queue 1: received = reflected + rejected: 40 and 39"])
  }

  @Test func `frames in flight are no loss`() {
    var snapshot = Snapshot.example()
    snapshot.workers[1].completed -= 30
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty)
  }

  @Test func `more in flight than there are frames is a loss`() {
    var snapshot = Snapshot.example()
    snapshot.workers[1].received += 60
    snapshot.workers[1].reflected += 60
    snapshot.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 60
    snapshot.counters[0][Int(REFLECTOR_REDIRECTED.rawValue)] += 60
    snapshot.workers[1].completed -= 4
    #expect(Balance(snapshot, snapshot).imbalances.isEmpty, "64 of 64")
    snapshot.workers[1].completed -= 1
    #expect(
      Balance(snapshot, snapshot).imbalances
        == ["queue 1: reflected = completed + in flight: 100 and 35, with 64 frames"])
  }

  /// A CPU counts a frame as seen first, and its way out a moment later.
  @Test func `a frame that a CPU is just looking at is no loss while figures move`() {
    var earlier = Snapshot.example()
    earlier.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 1
    earlier.counters[1][Int(REFLECTOR_SEEN.rawValue)] += 1
    earlier.workers[0].completed -= 1
    var later = earlier
    later.workers[0].completed += 1
    #expect(Balance(earlier, later).imbalances.isEmpty)
  }

  @Test func `more completed than reflected is found`() {
    var snapshot = Snapshot.example()
    snapshot.workers[0].completed += 1
    #expect(Balance(snapshot, snapshot).imbalances.count == 1)
  }

  @Test func `an invalid TX descriptor is a frame lost for good`() {
    var snapshot = Snapshot.example()
    snapshot.xsk[1].tx_invalid_descs = 1
    #expect(Balance(snapshot, snapshot).imbalances.count == 1)
  }

  /// The program counted what the worker had not seen yet at the first look, and the other way round.
  @Test func `figures that move between the looks raise no alarm`() {
    let earlier = Snapshot.example()
    var later = earlier
    later.counters[1][Int(REFLECTOR_SEEN.rawValue)] += 60
    later.counters[1][Int(REFLECTOR_REDIRECTED.rawValue)] += 59
    later.workers[0].received += 40
    later.workers[0].reflected += 40
    later.workers[0].completed += 10
    #expect(Balance(earlier, later).imbalances.isEmpty)
  }

  @Test func `more received than was ever redirected is found also while figures move`() {
    let earlier = Snapshot.example()
    var wrong = earlier
    wrong.workers[0].received += 1
    wrong.workers[0].reflected += 1
    var later = wrong
    later.workers[0].completed += 1
    #expect(Balance(wrong, later).imbalances.count == 1)
  }

  @Test func `a loss larger than the rings is found also while figures move`() {
    let earlier = Snapshot.example()
    var later = earlier
    later.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 1000
    later.counters[0][Int(REFLECTOR_REDIRECTED.rawValue)] += 1000
    var muchLater = later
    muchLater.counters[0][Int(REFLECTOR_SEEN.rawValue)] += 1
    muchLater.counters[0][Int(REFLECTOR_REDIRECTED.rawValue)] += 1
    #expect(Balance(later, muchLater).imbalances.count == 1)
  }
}

extension Snapshot {
  /// Two CPUs and two queues: 150 seen, of which 50 passed; 100 redirected, 60 and 40 to the queues.
  static func example() -> Snapshot {
    func counters(redirected: UInt64, passed: UInt64) -> [UInt64] {
      var counters = [UInt64](repeating: 0, count: Int(REFLECTOR_OUTCOMES.rawValue))
      counters[Int(REFLECTOR_SEEN.rawValue)] = redirected + passed
      counters[Int(REFLECTOR_REDIRECTED.rawValue)] = redirected
      counters[Int(REFLECTOR_PASSED_NOT_IP.rawValue)] = passed
      return counters
    }
    func worker(_ queue: UInt32, _ frames: UInt64) -> reflector_worker {
      var worker = reflector_worker()
      worker.queue = queue
      worker.frames = 64
      worker.received = frames
      worker.reflected = frames
      worker.completed = frames
      return worker
    }
    return Snapshot(
      counters: [counters(redirected: 70, passed: 20), counters(redirected: 30, passed: 30)], rules: [],
      workers: [worker(0, 60), worker(1, 40)], xsk: [.init(), .init()], session: reflector_session())
  }
}
