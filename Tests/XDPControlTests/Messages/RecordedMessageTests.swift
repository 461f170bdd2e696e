import CMNL
import Glibc
import SystemPackage
import Testing

@testable import XDPControl

/// What the readers make of datagrams recorded from a kernel.
@Suite struct RecordedMessageTests {
  private func decode<Value>(_ datagram: [UInt8], _ body: (NetlinkHeader, RawSpan) -> Value?) -> [Value] {
    var values: [Value] = []
    NetlinkMessages.forEach(in: datagram.span.bytes) { if let value = body($0, $1) { values.append(value) } }
    return values
  }

  // Spans don't get out of an `#expect`.
  private func events(_ datagram: [UInt8]) -> [LinkEvent] { LinkMonitor.events(in: datagram.span.bytes) }

  private func errorVerdict(_ payload: [UInt8], _ flags: CInt = 0) -> NetlinkMessages.Verdict {
    NetlinkMessages.verdict(ofError: payload.span.bytes, flags: Int(flags))
  }

  private func doneVerdict(_ payload: [UInt8]) -> NetlinkMessages.Verdict {
    NetlinkMessages.verdict(ofDone: payload.span.bytes, flags: 0)
  }

  @Test func `a link`() throws {
    let link = try #require(decode(Recorded.link) { Interface($0, $1) }.first)
    #expect(link.name == "fxa")
    #expect(link.alternativeNames == ["fx-a-long-alternative-name"])
    #expect(link.index == 3)
    #expect(link.hardwareAddress?.description == "00:c0:17:00:00:0a")
    #expect(link.mtu == 3000)
    #expect(link.isUp && link.hasCarrier)
    #expect(link.kind == "veth")
    #expect(link.receiveQueues == 3 && link.transmitQueues == 2)
    #expect(link.xdp == XDPAttachment(mode: .generic, programID: 893))
    #expect(link.peerIndex == 2)
  }

  @Test func `refusals, with and without the kernel's message`() {
    let plain = decode(Recorded.noSuchDevice) { NetlinkMessages.verdict(ofError: $1, flags: $0.flags) }
    #expect(plain == [.refused(.noSuchDevice, kernelMessage: nil)])
    let told = decode(Recorded.mtuTooSmall) { NetlinkMessages.verdict(ofError: $1, flags: $0.flags) }
    #expect(told == [.refused(.invalidArgument, kernelMessage: "mtu less than device minimum")])
  }

  @Test func `a generic family and what netdev says`() throws {
    let fixed = MemoryLayout<genlmsghdr>.size
    #expect(decode(Recorded.netdevFamily) { GenericNetlink.familyID($1) } == [20])
    let features = try #require(decode(Recorded.device) { XDPFeatures($1.extracting(droppingFirst: fixed)) }.first)
    #expect(features.actions == [.basic, .redirect, .receiveScatterGather])
    #expect(features.zeroCopyMaximumSegments == nil)
    #expect(features.transmitMetadata == 0)
    let queues = decode(Recorded.queues) { ReceiveQueues.receiveQueue($1.extracting(droppingFirst: fixed)) }
    #expect(queues == [0, 1, 2])
  }

  @Test func `link events`() {
    #expect(events(Recorded.link) == [.changed(index: 3, isUp: true, hasCarrier: true, mtu: 3000)])
    var removed = Recorded.link
    removed[4] = UInt8(RTM_DELLINK)
    #expect(events(removed) == [.removed(index: 3)])
    var bridge = Recorded.link
    bridge[16] = UInt8(AF_BRIDGE)
    #expect(events(bridge).isEmpty)
  }

  @Test func `an uncapped error's message comes after the whole request`() {
    // errno, the request's header (24 bytes long in all), 8 bytes of its payload, NLMSGERR_ATTR_MSG "no".
    let payload: [UInt8] =
      [0xff, 0xff, 0xff, 0xff, 24, 0, 0, 0] + [UInt8](repeating: 7, count: 20) + [7, 0, 1, 0, 110, 111, 0]
    #expect(errorVerdict(payload, NLM_F_ACK_TLVS) == .refused(.notPermitted, kernelMessage: "no"))
    #expect(errorVerdict(payload, NLM_F_ACK_TLVS | NLM_F_CAPPED) == .refused(.notPermitted, kernelMessage: nil))
  }

  @Test func `the end of a dump may carry its failure`() {
    #expect(doneVerdict([0xfc, 0xff, 0xff, 0xff]) == .refused(.interrupted, kernelMessage: nil))
    #expect(doneVerdict([]) == .done)
    // An error message without its number is a failure all the same.
    #expect(errorVerdict([]) == .refused(.badMessage, kernelMessage: nil))
  }

  // Port 0x5a9e and sequence 7: what the recordings were answers to.
  private func answer(_ datagrams: [[UInt8]], sequence: UInt32 = 7, portID: UInt32 = 0x5a9e) -> NetlinkAnswer<UInt32> {
    var answer = NetlinkAnswer<UInt32>(sequence: sequence, portID: portID)
    for datagram in datagrams {
      answer.take(datagram.span.bytes) { ReceiveQueues.receiveQueue($1.extracting(droppingFirst: 4)) }
    }
    return answer
  }

  @Test func `an answer takes its own messages, up to its end`() {
    let whole = answer([Recorded.queues, Recorded.queues])
    #expect(whole.values == [0, 1, 2] && whole.verdict == .done && !whole.isInterrupted)
    for stranger in [answer([Recorded.queues], sequence: 6), answer([Recorded.queues], portID: 1)] {
      #expect(stranger.values.isEmpty && stranger.verdict == nil)
    }
    let unfinished = answer([Array(Recorded.queues.dropLast(20))])
    #expect(unfinished.values == [0, 1, 2] && unfinished.verdict == nil)
    #expect(answer([Recorded.noSuchDevice]).verdict == .refused(.noSuchDevice, kernelMessage: nil))
  }

  @Test func `a dump interrupted anywhere is known to be`() {
    // Five queues of 44 bytes, and the end.
    for message in 0..<6 {
      var datagram = Recorded.queues
      datagram[44 * message + 6] |= UInt8(NLM_F_DUMP_INTR)
      #expect(answer([datagram]).isInterrupted)
    }
  }
}
