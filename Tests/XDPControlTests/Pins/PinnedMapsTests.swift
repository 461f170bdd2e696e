import CBPF
import CReflectorABI
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

/// Pins on the host's BPF file system, below a folder of the test's own.
@Suite(.enabled(if: Pinning.isPossible, "\(Pinning.need)"))
struct PinnedMapsTests {
  /// A folder that goes with the test, with whatever is left in it.
  private struct Base: ~Copyable {
    let path: String

    init(_ test: String = #function) throws {
      path = "\(BPFFileSystem.mountPoint)/reflector-xdp-test-\(getpid())-\(UInt32.random(in: 0...(.max)))"
    }

    deinit {
      for folder in PinDirectory.entries(of: path) {
        for pin in PinDirectory.entries(of: "\(path)/\(folder)") { unlink("\(path)/\(folder)/\(pin)") }
        rmdir("\(path)/\(folder)")
      }
      rmdir(path)
    }
  }

  private let name = PinName(interface: "eth0.1", namespace: "a.b")

  @Test func `pins are there while the owner lives, and nothing afterwards`() throws {
    let base = try Base()
    let object = try ReflectorObject(queues: 1)
    do {
      let pins = try PinDirectory(base: base.path, name: name)
      try pins.pin(object)
      #expect(PinDirectory.entries(of: pins.path) == MapName.allCases.map(\.rawValue).sorted())
      withExtendedLifetime(pins) {}
    }
    #expect(access(base.path, F_OK) != 0, "the folder of all pins is left behind")
  }

  @Test func `readers tell nothing, the dead, another version and the living apart`() throws {
    let base = try Base()
    let path = "\(base.path)/\(name)"
    #expect(failure(path) == "not attached")
    let object = try ReflectorObject(queues: 1)
    let pins = try PinDirectory(base: base.path, name: name)
    try pins.pin(object)
    let maps = try object.maps()
    var session = reflector_session()
    session.pid = 4711
    session.abi_version = UInt32(REFLECTOR_ABI_VERSION.rawValue) + 1
    try maps.session.update(0, session)
    #expect(failure(path) == "version \(session.abi_version)")
    session.abi_version = UInt32(REFLECTOR_ABI_VERSION.rawValue)
    session.program_id = .max
    try maps.session.update(0, session)
    #expect(failure(path) == "stale 4711")
    session.program_id = LoadedProgram(descriptor: object.programDescriptor)?.id ?? 0
    try maps.session.update(0, session)
    #expect(failure(path) == nil)
    withExtendedLifetime(pins) {}
  }

  private func failure(_ path: String) -> String? {
    do {
      let maps = try PinnedMaps(path: path)
      let isAlive = maps.isAlive
      #expect(isAlive)
      return nil
    } catch {
      switch error {
      case .notAttached: return "not attached"
      case .stale(let pid): return "stale \(pid)"
      case .otherVersion(let version): return "version \(version)"
      case .system(let error): return "\(error)"
      }
    }
  }
}
