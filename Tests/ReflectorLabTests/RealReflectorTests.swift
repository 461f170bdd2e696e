import LinuxSystem
import Logging
import ReflectorXDP
import Testing

@testable import ReflectorLab

private let mayAttach =
  Capabilities.current().map { $0.has(.sysAdmin) && $0.has(.netAdmin) && $0.has(.netRaw) } ?? false

/// The lab with the reflector that it is there for, shorter than the command's.
@Suite(
  .serialized, .enabled(if: mayAttach, "needs CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW for namespaces and XDP"))
struct RealReflectorTests {
  private struct Attached: LabReflector {
    let reflector: Reflector
    var summary: String? { reflector.attachment.attachMode }
    func stop() throws { reflector.stop() }
  }

  private func run(_ mode: Configuration.Mode, queues: Int) throws -> LabReport {
    var configuration = LabConfiguration()
    configuration.queues = queues
    configuration.sizes = [60, 512, 1514]
    configuration.frames = 200
    configuration.roundTrips = 10
    let lab = Lab(try LabPlan(configuration)) { place in
      var settings = Configuration(interface: place.interface)
      settings.mode = mode
      settings.pinDirectory = nil
      let log = Logger(label: "lab-tests") { _ in SwiftLogNoOpLogHandler() }
      return Attached(reflector: try Reflector.attach(settings, log: log))
    }
    return try lab.run(stop: LabStop())
  }

  @Test(arguments: [1, 2, 4]) func nativeReturnsEveryByteOnEveryQueue(_ queues: Int) throws {
    let report = try run(.copy, queues: queues)
    #expect(report.passed, "\(report.table(bySize: true))")
    #expect(report.ending == .complete)
    #expect(report.total.counts.returned == 18 * 210)
    #expect(report.reflector == "native")
    let share = 18 * 210 / queues
    #expect(report.returnedByQueue.allSatisfy { $0 >= share / 2 }, "\(report.returnedByQueue)")
  }

  /// Not on every queue: without a native program the kernel doesn't record a veth's queue, and takes
  /// the sender's number less one for it.
  @Test(arguments: [1, 2, 4]) func genericReturnsEveryByte(_ queues: Int) throws {
    let report = try run(.generic, queues: queues)
    #expect(report.passed, "\(report.table(bySize: true))")
    #expect(report.total.counts.returned == 18 * 210)
    #expect(report.reflector == "generic")
  }
}
