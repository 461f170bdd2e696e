import Glibc
import LinuxSystem
import Testing

@testable import ReflectorLab

private let mayMakeNamespaces =
  Capabilities.current().map { $0.has(.sysAdmin) && $0.has(.netAdmin) && $0.has(.netRaw) } ?? false

/// The whole lab, network and all, against a reflector of the tests' own.
@Suite(
  .serialized,
  .enabled(if: mayMakeNamespaces, "needs CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW for network namespaces"))
struct LabTests {
  private func run(
    _ fault: StandIn.Fault, stop: LabStop = LabStop(), _ change: (inout LabConfiguration) -> Void = { _ in }
  ) throws -> LabReport {
    var configuration = LabConfiguration()
    configuration.protocols = [.ipv4]
    configuration.sizes = [128]
    configuration.roundTrips = 20
    configuration.frames = 80
    // Long enough for a machine whose processor is away for a while; what is lost waits for all of it.
    configuration.timeout = .milliseconds(1000)
    change(&configuration)
    let lab = Lab(try LabPlan(configuration)) { place in try StandIn(place, fault) }
    let report = try lab.run(stop: stop)
    #expect(report.cases.allSatisfy { $0.counts.balances })
    return report
  }

  @Test func everythingComesBackToTheByte() throws {
    let report = try run(.none) {
      $0.protocols = LabProtocol.allCases
      $0.sizes = [60, 256, 1514]
    }
    #expect(report.passed)
    #expect(report.ending == .complete)
    #expect(report.cases.count == 18)
    #expect(report.cases.allSatisfy { $0.counts.sent == 100 && $0.counts.returned == 100 })
    #expect(report.cases.allSatisfy { $0.roundTrips.count == 20 })
    #expect(report.foreign == 0)
    #expect(report.firstCorruption == nil)
    #expect(report.reflector == "stand-in")
  }

  @Test(arguments: [1, 2, 4], LabProtocol.allCases)
  func framesReachEveryQueue(_ queues: Int, _ protocol: LabProtocol) throws {
    let report = try run(.none) {
      $0.protocols = [`protocol`]
      $0.queues = queues
      $0.frames = 380
    }
    #expect(report.passed)
    #expect(report.returnedByQueue.count == queues)
    #expect(report.returnedByQueue.reduce(0, +) == 400)
    // The flows' hash spreads them: each queue has at least a quarter of its even share.
    #expect(report.returnedByQueue.allSatisfy { $0 >= 400 / queues / 4 }, "\(report.returnedByQueue)")
  }

  @Test func tellsLostFrames() throws {
    let report = try run(.loses(every: 10))
    #expect(!report.passed)
    #expect(report.total.counts.lost == 10)
    #expect(report.total.counts.returned == 90)
    #expect(report.total.counts.corrupted == 0)
    #expect(report.total.counts.doubled == 0)
  }

  @Test(arguments: [7, 60, 100]) func tellsADoubledFrame(_ number: Int) throws {
    let report = try run(.doubles(number))
    #expect(!report.passed)
    #expect(report.total.counts.doubled == 1)
    #expect(report.total.counts.returned == 100)
    #expect(report.total.counts.lost == 0)
  }

  /// In the addresses, the sequence number, the signature and the last byte.
  @Test(arguments: [0, 46, 48, 127]) func tellsACorruptedByte(_ byte: Int) throws {
    let report = try run(.corrupts(50, byte: byte))
    #expect(!report.passed)
    #expect(report.total.counts.corrupted == 1)
    #expect(report.total.counts.returned == 99)
    #expect(report.total.counts.lost == 0)
    #expect(report.total.counts.doubled == 0)
    let difference = try #require(report.firstCorruption).difference
    guard case .byte(let offset, let expected, let found) = difference else {
      Issue.record("\(difference)")
      return
    }
    #expect(offset == byte)
    #expect(expected ^ found == 1)
  }

  @Test func tellsAShorterFrame() throws {
    let report = try run(.shortens(50))
    #expect(report.total.counts.corrupted == 1)
    #expect(report.firstCorruption?.difference == .length(expected: 128, found: 127))
  }

  @Test(arguments: [LabProtocol.ipv4VLAN, .ipv6VLAN, .ipv4QinQ, .ipv6QinQ])
  func tellsALostTag(_ protocol: LabProtocol) throws {
    let report = try run(.stripsTags) { $0.protocols = [`protocol`] }
    #expect(report.total.counts.corrupted == 100)
    #expect(report.total.counts.lost == 0)
    #expect(report.firstCorruption?.difference == .tagLost)
    #expect(report.firstCorruption?.sequence == 0)
  }

  @Test func tellsALateFrame() throws {
    let report = try run(.delays(5, milliseconds: 1500))
    #expect(!report.passed)
    #expect(report.total.counts.lost == 1)
    #expect(report.total.counts.late == 1)
    #expect(report.total.counts.doubled == 0)
    #expect(report.total.counts.returned == 99)
  }

  @Test func aDeadReflectorCostsLittleTime() throws {
    let report = try run(.dead) { $0.timeout = .milliseconds(50) }
    #expect(!report.passed)
    #expect(report.total.counts.returned == 0)
    #expect(report.total.counts.lost == 2)
    // Waiting for each of the hundred would be five seconds.
    #expect(report.elapsed < .seconds(3))
  }

  @Test func endsWhenItsTimeIsUp() throws {
    let report = try run(.none) {
      $0.sizes = [60, 128]
      $0.frames = 10_000_000
      $0.longest = .milliseconds(300)
    }
    #expect(report.ending == .outOfTime)
    #expect(report.cases.count == 1 && report.planned == 2, "a case that wasn't begun is in the report")
    // All of them would take a minute.
    #expect(report.elapsed < .seconds(10))
    #expect(report.total.counts.returned > 0)
  }

  @Test func aStopEndsItWithAReport() throws {
    let stop = LabStop()
    let raised = Handover<UInt64>()
    let raiser = try PosixThread(name: "raise-stop") {
      usleep(400_000)
      raised.put(MonotonicClock.nanoseconds)
      stop.raise()
    }
    let report = try run(.none, stop: stop) { $0.frames = 10_000_000 }
    let after = MonotonicClock.nanoseconds - raised.take()
    raiser.join()
    #expect(report.ending == .interrupted)
    #expect(report.total.counts.returned > 0)
    // All of them would take a minute.
    #expect(after < 10_000_000_000)
  }

  @Test func leavesNothingBehind() throws {
    let before = try openDescriptors()
    _ = try run(.none) { $0.frames = 10 }
    #expect(try openDescriptors() == before)
    #expect(if_nametoindex(LabNetwork.testerInterface) == 0)
    #expect(if_nametoindex(LabNetwork.reflectorInterface) == 0)
  }

  @Test func aReflectorThatCannotAttachIsAnError() throws {
    struct Refused: Error {}
    let lab = Lab(try LabPlan(LabConfiguration())) { _ in throw Refused() }
    let error = #expect(throws: LabError.self) { try lab.run(stop: LabStop()) }
    guard case .reflector(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason is Refused)
  }

  private func openDescriptors() throws -> Int {
    let folder = try #require(opendir("/proc/self/fd"))
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }
}
