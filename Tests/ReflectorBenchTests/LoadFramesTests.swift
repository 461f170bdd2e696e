import CGeneratorABI
import Foundation
import ReflectorCore
import ReflectorLab
import Testing

@testable import ReflectorBench

@Suite("Frames that vary")
struct LoadFramesTests {
  /// The program's formula (generator.bpf.c).
  private func checksum(_ settings: generator_settings, address: UInt32) -> UInt16 {
    var sum = settings.header_sum + address >> 16 + address & 0xffff
    sum = sum >> 16 + sum & 0xffff
    sum = sum >> 16 + sum & 0xffff
    return ~UInt16(truncatingIfNeeded: sum)
  }

  @Test(
    "the header's checksum of any source is that of a frame made anew",
    arguments: [0x0a00_0001, 0x0a00_ffff, 0xffff_ffff, 0, 0x0b86_9f01] as [UInt32])
  func checksum(address: UInt32) throws {
    var settings = generator_settings()
    try LoadFrames(Load(conversations: 1000)).vary(&settings)
    let frame = try TestFrame(
      source: LabNetwork.testerMAC, destination: LabNetwork.reflectorMAC,
      network: .ipv4(from: IPv4Address(rawValue: address), to: IPv4Address(192, 0, 2, 2)), udpChecksum: .zero,
      payload: .ito(.probe), length: 60)
    let expected = UInt16(frame.bytes[24]) << 8 | UInt16(frame.bytes[25])
    #expect(checksum(settings, address: address) == expected)
  }

  @Test("the list of allowed networks has every source of the load")
  func networks() throws {
    var settings = generator_settings()
    try LoadFrames(Load(networks: 100_000)).vary(&settings)
    for index in [0, 1, 255, 99_999] {
      let source = IPv4Address(rawValue: settings.address + UInt32(index) * settings.address_step)
      #expect(AllowedNetworks.network(index) == Network(containing: .v4(source), prefixLength: 24))
    }
    let list = try AllowedNetworks(count: 300)
    let lines = try String(contentsOfFile: list.path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 301 && lines[1] == "  - 10.0.0.0/24" && lines[300] == "  - 10.1.43.0/24")
  }

  @Test("conversations share sources, networks don't")
  func spread() throws {
    var settings = generator_settings()
    try LoadFrames(Load(conversations: 1_000_000)).vary(&settings)
    #expect(settings.conversations == 1_000_000 && settings.per_address == 16 && settings.address_step == 1)
    // No port above the last, no address above the last.
    #expect(Int(settings.port) + Int(settings.per_address) <= 65_536)
    try LoadFrames(Load(networks: 100_000)).vary(&settings)
    #expect(settings.conversations == 100_000 && settings.per_address == 1 && settings.address_step == 256)
    #expect(UInt64(settings.address) + 100_000 * 256 < 0xe000_0000)
    try LoadFrames(Load()).vary(&settings)
    #expect(settings.conversations == 1)
  }

  @Test("a frame has the length that was asked for, with FCS", arguments: [64, 1518])
  func length(size: Int) throws {
    let frames = try LoadFrames(Load(size: size))
    #expect(frames.sent.count == size - 4 && frames.expected.count == size - 4 && frames.sent != frames.expected)
  }
}
