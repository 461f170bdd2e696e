import LinuxSystem
import Synchronization

@testable import ReflectorLab

/// A reflector over AF_PACKET that does its work with plain byte offsets, and makes mistakes on demand.
final class StandIn: LabReflector {
  enum Fault: Sendable {
    case none
    /// Every n-th frame doesn't come back.
    case loses(every: Int)
    /// The n-th frame comes back twice.
    case doubles(Int)
    /// The n-th frame has the lowest bit of this byte the wrong way round.
    case corrupts(Int, byte: Int)
    /// The n-th frame comes back one byte shorter.
    case shortens(Int)
    /// No frame has its outer tag when it comes back.
    case stripsTags
    /// The n-th frame comes back after this many milliseconds.
    case delays(Int, milliseconds: Int)
    /// Nothing comes back.
    case dead
  }

  private let stopping: Stopping
  private var thread: PosixThread?

  private struct NoPort: Error {}

  private final class Stopping: Sendable {
    let flag = Atomic(false)
  }

  var summary: String? { "stand-in" }

  init(_ place: LabPlace, _ fault: Fault) throws {
    let stopping = Stopping()
    self.stopping = stopping
    let interface = place.interface
    let queues = place.queues
    // A thread starts in the namespace of the one that makes it.
    let opened = Handover<Bool>()
    thread = try PosixThread(name: "stand-in") {
      guard var port = try? PacketPort(interface, queues: queues) else { return opened.put(false) }
      opened.put(true)
      var seen = 0
      while !stopping.flag.load(ordering: .relaxed) {
        var arrived: [[UInt8]] = []
        try? port.receive(waiting: 10) { frame, _ in arrived.append(frame) }
        for frame in arrived {
          seen += 1
          for answer in Self.answers(to: frame, number: seen, fault) { _ = try? port.send(answer) }
        }
      }
    }
    guard opened.take() else { throw NoPort() }
  }

  func stop() throws {
    stopping.flag.store(true, ordering: .relaxed)
    thread.take()?.join()
  }

  private static func answers(to frame: [UInt8], number: Int, _ fault: Fault) -> [[UInt8]] {
    var answer = swapped(frame)
    switch fault {
    case .none: return [answer]
    case .loses(let every): return number.isMultiple(of: every) ? [] : [answer]
    case .doubles(let one): return number == one ? [answer, answer] : [answer]
    case .corrupts(let one, let byte): if number == one { answer[byte] ^= 1 }
    case .shortens(let one): if number == one { answer.removeLast() }
    case .stripsTags: if answer[12] == 0x81 || answer[12] == 0x88 { answer.removeSubrange(12..<16) }
    case .delays(let one, let milliseconds): if number == one { sleep(milliseconds) }
    case .dead: return []
    }
    return [answer]
  }

  private static func sleep(_ milliseconds: Int) {
    let end = MonotonicClock.nanoseconds + UInt64(milliseconds) * 1_000_000
    while MonotonicClock.nanoseconds < end {}
  }

  private static func swapped(_ frame: [UInt8]) -> [UInt8] {
    var answer = frame
    swap(&answer, 0, 6, count: 6)
    var type = 12
    while answer[type] == 0x81 || answer[type] == 0x88 { type += 4 }
    let ip = type + 2
    if answer[ip] >> 4 == 4 {
      swap(&answer, ip + 12, ip + 16, count: 4)
      swap(&answer, ip + 20, ip + 22, count: 2)
    } else {
      swap(&answer, ip + 8, ip + 24, count: 16)
      swap(&answer, ip + 40, ip + 42, count: 2)
    }
    return answer
  }

  private static func swap(_ bytes: inout [UInt8], _ a: Int, _ b: Int, count: Int) {
    for index in 0..<count { bytes.swapAt(a + index, b + index) }
  }
}
