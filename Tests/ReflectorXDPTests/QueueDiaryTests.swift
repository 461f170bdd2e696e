import AFXDP
import LinuxSystem
import SystemPackage
import Testing
import XDPControl

@testable import ReflectorXDP

struct QueueDiaryTests {
  private static func diary(
    _ available: Int = 2, sendable: Int? = nil, wanted: [Int]? = nil, cpus: [Int] = [4, 5, 6], room: Int = 8
  ) throws -> QueueDiary {
    let selection = try QueueSelection(
      available: available, sendable: sendable, wanted: wanted, cpus: cpus, interface: "eth0")
    return QueueDiary(selection, wanted: wanted, cpus: cpus, room: room)
  }

  private static let refusal = SystemCallError("bind", .invalidArgument)
  private static let busy = SystemCallError("bind", .resourceBusy)

  @Test func `nothing is to be done while nothing changes`() throws {
    var diary = try Self.diary()
    for transmit in [2, nil] { #expect(diary.note(receive: 2, transmit: transmit, of: "eth0") == .init()) }
  }

  @Test func `new queues are bound, with the CPUs that are next in turn`() throws {
    var diary = try Self.diary()
    let plan = diary.note(receive: 4, transmit: 4, of: "eth0")
    #expect(plan.bind == [.init(queue: 2, cpu: 6), .init(queue: 3, cpu: 4)])
    #expect(plan.entries == [] && plan.returned == [] && diary.shown == 4)
    let entries = diary.book([3: .bound(.zeroCopy), 2: .bound(.zeroCopy)], of: "eth0")
    #expect(entries == [.notice("eth0 has 4 RX queues now: queues 2-3 reflect, too (zero-copy)")])
    #expect(diary.note(receive: 4, transmit: 4, of: "eth0") == .init())
  }

  @Test func `in the kernel datapath new queues reflect without a socket`() throws {
    var diary = try Self.diary()
    _ = diary.note(receive: 4, transmit: nil, of: "eth0")
    let entries = diary.book([2: .reflecting, 3: .reflecting], of: "eth0")
    #expect(entries == [.notice("eth0 has 4 RX queues now: queues 2-3 reflect, too")])
    #expect(diary.note(receive: 4, transmit: nil, of: "eth0") == .init())
  }

  @Test func `what is bound differently is told apart, in the queues' order`() throws {
    var diary = try Self.diary()
    _ = diary.note(receive: 5, transmit: 5, of: "eth0")
    let entries = diary.book(
      [2: .bound(.copy, refused: Self.refusal), 3: .bound(.zeroCopy), 4: .refused(Self.refusal)], of: "eth0")
    #expect(entries.count == 3)
    let words = "queue 2 reflects, too (copy, stepping down: bind: EINVAL (Invalid argument))"
    #expect(entries[0] == .notice("eth0 has 5 RX queues now: \(words)"))
    #expect(entries[1] == .notice("eth0 has 5 RX queues now: queue 3 reflects, too (zero-copy)"))
    guard case .warning(let text) = entries[2] else { return #expect(Bool(false), "\(entries)") }
    #expect(text.contains("queue 4 go to the host's stack") && text.contains("bind: EINVAL"), "\(text)")
  }

  @Test func `a refusal is told once, and tried again with another number of queues`() throws {
    var diary = try Self.diary()
    #expect(diary.note(receive: 4, transmit: 4, of: "eth0").bind.count == 2)
    let told = diary.book([2: .refused(Self.refusal), 3: .refused(Self.refusal)], of: "eth0")
    #expect(told.count == 1)
    for _ in 0..<3 { #expect(diary.note(receive: 4, transmit: 4, of: "eth0") == .init()) }
    #expect(diary.note(receive: 2, transmit: 2, of: "eth0") == .init())
    #expect(diary.note(receive: 4, transmit: 4, of: "eth0").bind.map(\.queue) == [2, 3])
    #expect(diary.book([2: .bound(.copy), 3: .refused(Self.refusal)], of: "eth0").count == 2)
  }

  @Test func `a queue that is busy is tried with each look, and told of when that takes long`() throws {
    var diary = try Self.diary()
    for look in 1...8 {
      #expect(diary.note(receive: 3, transmit: 3, of: "eth0").bind.map(\.queue) == [2])
      let entries = diary.book([2: .busy(Self.busy)], of: "eth0")
      #expect(entries.count == (look == QueueDiary.busyPatience ? 1 : 0), "look \(look): \(entries)")
    }
    _ = diary.note(receive: 3, transmit: 3, of: "eth0")
    #expect(diary.book([2: .bound(.copy)], of: "eth0").count == 1)
    #expect(diary.note(receive: 3, transmit: 3, of: "eth0") == .init())
  }

  @Test func `another number of queues starts the patience with a busy one anew`() throws {
    var diary = try Self.diary()
    for receive in [3, 4] {
      for look in 1...QueueDiary.busyPatience {
        _ = diary.note(receive: receive, transmit: receive, of: "eth0")
        let entries = diary.book([2: .busy(Self.busy)], of: "eth0")
        #expect(entries.count == (look == QueueDiary.busyPatience ? 1 : 0), "\(receive) queues, look \(look)")
      }
    }
  }

  @Test func `queues that --queues leaves out get no socket, and that is told once`() throws {
    var diary = try Self.diary(wanted: [0, 1])
    let plan = diary.note(receive: 4, transmit: 4, of: "eth0")
    #expect(plan.bind == [] && plan.entries.count == 1 && diary.shown == 4)
    guard case .warning(let text) = plan.entries.first else { return #expect(Bool(false), "\(plan)") }
    #expect(text.contains("eth0 has 4 RX queues now: frames on queues 2-3") && text.contains("--queues"), "\(text)")
    #expect(diary.note(receive: 4, transmit: 4, of: "eth0") == .init())
    #expect(diary.note(receive: 2, transmit: 2, of: "eth0") == .init())
  }

  @Test func `queues that can't send are told of, and bound when they can`() throws {
    var diary = try Self.diary(sendable: 2)
    let plan = diary.note(receive: 4, transmit: 2, of: "eth0")
    #expect(plan.bind == [] && plan.entries.count == 1, "\(plan)")
    #expect("\(plan.entries)".contains("queues 2-3") && "\(plan.entries)".contains("no TX queue"))
    #expect(diary.note(receive: 4, transmit: 4, of: "eth0").bind.map(\.queue) == [2, 3])
  }

  @Test func `queues beyond the maps' room are told of`() throws {
    var diary = try Self.diary(room: 3)
    let plan = diary.note(receive: 5, transmit: 5, of: "eth0")
    #expect(plan.bind.map(\.queue) == [2] && plan.entries.count == 1 && diary.shown == 3)
    #expect("\(plan.entries)".contains("5 RX queues now: frames on queues 3-4"), "\(plan)")
  }

  @Test func `queues with sockets that go and come back are told of, and not bound anew`() throws {
    var diary = try Self.diary(4)
    let gone = diary.note(receive: 2, transmit: 2, of: "eth0")
    #expect(gone.bind == [] && gone.entries.count == 1 && gone.returned == [])
    #expect("\(gone.entries)".contains("warning") && "\(gone.entries)".contains("queues 2-3"), "\(gone)")
    #expect(diary.note(receive: 2, transmit: 2, of: "eth0") == .init())
    let some = diary.note(receive: 3, transmit: 3, of: "eth0")
    #expect(some.bind == [] && some.returned == [2] && some.entries == [.notice("eth0: queue 2 came back")])
    let all = diary.note(receive: 5, transmit: 5, of: "eth0")
    #expect(all.bind.map(\.queue) == [4] && all.returned == [3])
  }

  @Test func `a late queue is bound no better than the others are`() {
    let step = Step(attach: .native, binds: [.zeroCopy, .copy])
    #expect(step.binds(beside: [.copy, .zeroCopy]) == [.zeroCopy, .copy])
    #expect(step.binds(beside: [.copy]) == [.copy])
    #expect(Step(attach: .native, binds: [.zeroCopy]).binds(beside: [.zeroCopy]) == [.zeroCopy])
  }
}
