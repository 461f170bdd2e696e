import CBPF
import Foundation
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

/// Folders of pins in a BPF file system: who owns them, and whose are never touched.
@Suite(.enabled(if: Pinning.isPossible, "\(Pinning.need)"))
struct PinDirectoryTests {

  /// A base of its own for each test, removed whatever happens.
  private func withBase(_ body: (String) throws -> Void) throws {
    let base = "\(BPFFileSystem.mountPoint)/ra-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer {
      for folder in PinDirectory.entries(of: base) {
        for name in PinDirectory.entries(of: base + "/" + folder) { unlink(base + "/" + folder + "/" + name) }
        rmdir(base + "/" + folder)
      }
      rmdir(base)
    }
    try body(base)
  }

  private func pin(_ names: String..., in folder: String) throws {
    try check("mkdir") { mkdir(folder, 0o700) }
    let map = OwnedDescriptor(
      try check("bpf BPF_MAP_CREATE") { bpf_map_create(BPF_MAP_TYPE_ARRAY, "ra", 4, 4, 1, nil) })
    for name in names { try check("bpf BPF_OBJ_PIN") { bpf_obj_pin(map.rawValue, folder + "/" + name) } }
  }

  @Test func `folders of dead reflectors are removed, and nobody else's`() throws {
    try withBase { base in
      try check("mkdir") { mkdir(base, 0o700) }
      try pin("config", "session", in: base + "/dead")
      try pin("config", "somebody_elses", in: base + "/foreign")
      try pin("counters", in: base + "/other")
      try check("mkdir") { mkdir(base + "/empty", 0o700) }
      do {
        _ = try PinDirectory(base: base, name: PinName(interface: "eth0", namespace: nil))
      }
      #expect(PinDirectory.entries(of: base) == ["empty", "foreign", "other"])
      #expect(PinDirectory.entries(of: base + "/foreign") == ["config", "somebody_elses"])
      #expect(PinDirectory.entries(of: base + "/other") == ["counters"])
    }
  }

  @Test func `what isn't a reflector's in the interface's own folder stays`() throws {
    try withBase { base in
      try check("mkdir") { mkdir(base, 0o700) }
      try pin("config", "somebody_elses", in: base + "/eth0")
      do {
        _ = try PinDirectory(base: base, name: PinName(interface: "eth0", namespace: nil))
      }
      #expect(PinDirectory.entries(of: base + "/eth0") == ["somebody_elses"])
    }
  }

  @Test func `a folder has one owner at a time, and leaves nothing`() throws {
    try withBase { base in
      let name = PinName(interface: "eth0", namespace: nil)
      do {
        let first = try PinDirectory(base: base, name: name)
        let error = #expect(throws: SystemCallError.self) { _ = try PinDirectory(base: base, name: name) }
        #expect(error?.errno == .wouldBlock)
        #expect(PinDirectory.entries(of: base) == ["eth0"])
        _ = consume first
      }
      #expect(PinDirectory.entries(of: base).isEmpty && access(base, F_OK) != 0)
    }
  }

  /// Two units started at once, or one that stops while the other starts.
  @Test func `owners of different folders never get in each other's way`() throws {
    try withBase { base in
      let (threads, turns) = (4, 2_000)
      let failures = FailureList()
      for thread in 0..<threads {
        Thread.detachNewThread {
          for _ in 0..<turns {
            do {
              _ = try PinDirectory(base: base, name: PinName(interface: "eth\(thread)", namespace: nil))
            } catch {
              failures.add("\(error)")
            }
          }
          failures.finish()
        }
      }
      while failures.finished < threads { usleep(1_000) }
      #expect(failures.all.isEmpty, "\(failures.all.count) of \(threads * turns): \(Set(failures.all))")
    }
  }
}

private final class FailureList: @unchecked Sendable {
  // Unchecked: everything under the lock.
  private let lock = NSLock()
  private var failures: [String] = []
  private var threads = 0

  func add(_ failure: String) { lock.withLock { failures.append(failure) } }
  func finish() { lock.withLock { threads += 1 } }
  var all: [String] { lock.withLock { failures } }
  var finished: Int { lock.withLock { threads } }
}
