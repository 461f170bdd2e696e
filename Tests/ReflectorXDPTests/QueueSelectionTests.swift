import Testing

@testable import ReflectorXDP

struct QueueSelectionTests {
  @Test func `all queues are taken when none is named`() throws {
    let selection = try QueueSelection(available: 3, sendable: nil, wanted: nil, cpus: [4, 5], interface: "eth0")
    #expect(selection.queues == [0, 1, 2])
    #expect(selection.assignments.map(\.cpu) == [4, 5, 4])
    #expect(selection.without.isEmpty)
  }

  @Test func `queues that aren't named are told`() throws {
    let selection = try QueueSelection(available: 4, sendable: nil, wanted: [1, 3], cpus: [7], interface: "eth0")
    #expect(selection.queues == [1, 3])
    #expect(selection.without == [0, 2])
  }

  @Test func `without CPUs no worker is pinned`() throws {
    let selection = try QueueSelection(available: 1, sendable: nil, wanted: nil, cpus: [], interface: "eth0")
    #expect(selection.assignments == [.init(queue: 0, cpu: nil)])
  }

  @Test func `a queue that isn't there is refused with the ones that are`() {
    let error = #expect(throws: ReflectorError.self) {
      try QueueSelection(available: 2, sendable: nil, wanted: [0, 2], cpus: [], interface: "eth0")
    }
    #expect(error?.kind == .usage)
    #expect(error?.what == "eth0 has no queue 2")
    #expect(error?.why == "it has 2 RX queues, 0 to 1")
  }

  @Test func `a queue that can't send gets no socket, and is told`() throws {
    let selection = try QueueSelection(available: 4, sendable: 1, wanted: nil, cpus: [], interface: "eth0")
    #expect(selection.queues == [0] && selection.without == [1, 2, 3])
    #expect(selection.warning("eth0")?.contains("queues 1-3 go to the host's stack") == true)
    let more = try QueueSelection(available: 2, sendable: 8, wanted: nil, cpus: [], interface: "eth0")
    #expect(more.queues == [0, 1] && more.warning("eth0") == nil)
  }

  @Test func `a queue that can't send is refused when it is named`() throws {
    let error = #expect(throws: ReflectorError.self) {
      try QueueSelection(available: 2, sendable: 1, wanted: [0, 1], cpus: [], interface: "eth0")
    }
    #expect(error?.kind == .usage)
    #expect(error?.what == "eth0 has no TX queue 1")
    let named = try QueueSelection(available: 2, sendable: 1, wanted: [0], cpus: [], interface: "eth0")
    #expect(named.warning("eth0") == nil, "nobody asked for the other")
  }
}
