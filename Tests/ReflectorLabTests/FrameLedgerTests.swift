import ReflectorCore
import Testing

@testable import ReflectorLab

@Suite struct FrameLedgerTests {
  private let lane = LabCase(.ipv4VLAN, size: 132)
  private let frames = LabFrames(tester: LabNetwork.testerMAC, reflector: LabNetwork.reflectorMAC)

  /// Enters one frame and gives what must come back for it.
  private func send(_ ledger: inout FrameLedger, at now: Int64 = 0) throws -> [UInt8] {
    let expected = try frames.frame(lane, sequence: ledger.nextSequence).reflected(.all).bytes
    ledger.send(case: 0, expecting: expected, at: now)
    return expected
  }

  @Test func returnedOnceWithItsTime() throws {
    var ledger = FrameLedger([lane])
    let first = try send(&ledger, at: 100)
    let second = try send(&ledger, at: 200)
    #expect(ledger.receive(second, at: 260) == 60)
    #expect(ledger.receive(first, at: 400) == 300)
    #expect(ledger.counts[0].returned == 2)
    #expect(ledger.inFlight == 0)
    #expect(ledger.receive(first, at: 500) == nil)
    #expect(ledger.counts[0].doubled == 1)
  }

  @Test func expiresInOrderOfTime() throws {
    var ledger = FrameLedger([lane])
    let all = try [10, 20, 30].map { try send(&ledger, at: $0) }
    ledger.expire(sentUpTo: 20)
    #expect(ledger.counts[0].lost == 2)
    #expect(ledger.inFlight == 1)
    #expect(ledger.receive(all[0], at: 40) == nil)
    #expect(ledger.counts[0].late == 1)
    #expect(ledger.receive(all[0], at: 41) == nil)
    #expect(ledger.counts[0].doubled == 1)
    #expect(ledger.receive(all[2], at: 50) == 20)
    ledger.expire(sentUpTo: .max)
    #expect(ledger.counts[0].lost == 2)
    #expect(ledger.counts[0].balances)
  }

  /// Whichever byte is damaged, it is told of the frame that it happened to: the number too, when it
  /// then is another frame's, one that is back already (0) or one that is on its way (1, 3).
  @Test(arguments: [UInt8(0x01), 0x02, 0x80]) func everyByteCounts(_ bit: UInt8) throws {
    for offset in 0..<lane.size {
      var ledger = FrameLedger([lane])
      let all = try (0..<4).map { _ in try send(&ledger) }
      #expect(ledger.receive(all[0], at: 1) == 1)
      var frame = all[2]
      frame[offset] ^= bit
      #expect(ledger.receive(frame, at: 1) == nil)
      #expect(ledger.counts[0].corrupted == 1, "byte \(offset)")
      #expect(ledger.firstCorruption?.sequence == 2)
      #expect(
        ledger.firstCorruption?.difference == .byte(offset: offset, expected: all[2][offset], found: frame[offset]))
      #expect(ledger.receive(all[1], at: 1) == 1)
      #expect(ledger.receive(all[3], at: 1) == 1)
      #expect(ledger.counts[0].doubled == 0)
    }
  }

  @Test func anUnreflectedFrameIsCorrupted() throws {
    var ledger = FrameLedger([lane])
    let sent = try frames.frame(lane, sequence: 0).bytes
    _ = try send(&ledger)
    #expect(ledger.receive(sent, at: 1) == nil)
    #expect(ledger.counts[0].corrupted == 1)
  }

  @Test func framesOfOthersAreLeftOut() throws {
    var ledger = FrameLedger([lane])
    _ = try send(&ledger)
    #expect(ledger.receive([UInt8](repeating: 0xff, count: lane.size), at: 1) == nil)
    #expect(ledger.receive([], at: 1) == nil)
    #expect(ledger.receive([UInt8](repeating: 0, count: 42), at: 1) == nil)
    #expect(ledger.foreign == 3)
    #expect(ledger.inFlight == 1)
    ledger.abandon()
    #expect(ledger.counts[0].unanswered == 1)
    #expect(ledger.counts[0].balances)
  }

  /// What the lab expects is not what the rewriting in place computes: here both are compared with
  /// swapping by hand.
  @Test(arguments: LabProtocol.allCases) func framesAreWhatTheyShouldBe(_ protocol: LabProtocol) throws {
    let size = `protocol`.shortestFrame
    let frame = try frames.frame(LabCase(`protocol`, size: size), sequence: 0x0102_0304)
    let bytes = frame.bytes
    #expect(bytes.count == size)
    #expect(SequenceField.read(bytes) == 0x0102_0304)
    let payload = `protocol`.payloadOffset
    #expect(Array(bytes[payload..<(payload + 12)]) == [0x5a, 1, 2, 3, 4] + Array("PROBEOT".utf8))
    #expect(Array(bytes[6..<9]) == [0x00, 0xc0, 0x17])
    let back = frame.reflected(.all).bytes
    #expect(back[..<6] == bytes[6..<12])
    #expect(Array(back[(payload - 8)..<(payload - 6)]) == Array(bytes[(payload - 6)..<(payload - 4)]))
    #expect(back[payload...] == bytes[payload...])
  }

  @Test func saysWhatIsWrong() {
    let byte = Corruption(lane: lane, sequence: 17, difference: .byte(offset: 14, expected: 0x60, found: 8))
    #expect(byte.description == "IPv4 802.1Q 132 bytes, frame 17: byte 14 is 0x08, expected 0x60")
    let tag = Corruption(lane: lane, sequence: 1, difference: .tagLost)
    #expect(tag.description == "IPv4 802.1Q 132 bytes, frame 1: came back without its outer VLAN tag")
  }
}
