import Testing

@testable import ReflectorLab

@Suite struct LabPlanTests {
  @Test func everyProtocolAndSizeOnce() throws {
    let plan = try LabPlan(LabConfiguration())
    #expect(plan.cases.count == 6 * 7)
    #expect(Set(plan.cases).count == plan.cases.count)
    #expect(plan.frames == 42 * 1050)
  }

  @Test func tagsMakeFramesLonger() throws {
    var configuration = LabConfiguration()
    configuration.sizes = [1514, 256]
    let plan = try LabPlan(configuration)
    #expect(plan.cases.map(\.size) == [256, 1514, 256, 1514, 260, 1518, 260, 1518, 264, 1522, 264, 1522])
    #expect(plan.mtu == 1508)
  }

  @Test func tooShortForTheProtocolBecomesItsShortest() throws {
    var configuration = LabConfiguration()
    configuration.sizes = [60, 64, 70]
    configuration.protocols = [.ipv6, .ipv6QinQ, .ipv4]
    let plan = try LabPlan(configuration)
    #expect(plan.cases.map(\.size) == [74, 82, 60, 64, 70])
  }

  @Test func refusesWhatIsOutOfRange() {
    let wrong: [(WritableKeyPath<LabConfiguration, Int>, Int)] = [
      (\.queues, 0), (\.queues, 17), (\.window, 0), (\.window, 201), (\.frames, -1), (\.roundTrips, -1),
    ]
    for (field, value) in wrong {
      var configuration = LabConfiguration()
      configuration[keyPath: field] = value
      #expect(throws: LabConfigurationError.self, "\(field) = \(value)") { try LabPlan(configuration) }
    }
  }

  @Test func refusesToDoNothing() {
    var configuration = LabConfiguration()
    configuration.frames = 0
    configuration.roundTrips = 0
    #expect(throws: LabConfigurationError.nothingToSend) { try LabPlan(configuration) }
    configuration = LabConfiguration()
    configuration.sizes = []
    #expect(throws: LabConfigurationError.nothingToSend) { try LabPlan(configuration) }
    configuration = LabConfiguration()
    configuration.timeout = .zero
    #expect(throws: LabConfigurationError.noTime) { try LabPlan(configuration) }
    configuration = LabConfiguration()
    configuration.sizes = [59]
    #expect(throws: LabConfigurationError.outOfRange("sizes", 59, 60...1514)) { try LabPlan(configuration) }
  }
}
