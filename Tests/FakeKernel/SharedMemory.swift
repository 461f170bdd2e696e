import Glibc
import LinuxSystem

/// Memory and descriptors that carry a name of their own in /proc, so that a test finds exactly those
/// that it made and that are still there, whatever other tests do at the same time.
package struct SharedMemory: Sendable {
  package let name: String

  package init() {
    name = "dp-fake-\(getpid())-\(UInt64.random(in: 0 ... .max))"
  }

  /// A file of so many bytes that is in no directory. -1 with `errno`.
  package func open(byteCount: Int) -> CInt {
    let path = "/dev/shm/\(name)"
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return -1 }
    unlink(path)
    return ftruncate(descriptor, byteCount) == 0 ? descriptor : -1
  }

  /// A mapping of so many zeros. -1 with `errno`.
  package func map(byteCount: Int) -> Int {
    let descriptor = OwnedDescriptor(open(byteCount: byteCount))
    return Int(bitPattern: mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.rawValue, 0))
  }

  /// Mappings and descriptors of this name that this process still has.
  package func leftOver() -> [String] {
    var found = lines(of: "/proc/self/maps").filter { $0.contains(name) }.map(String.init)
    for descriptor in 0..<CInt(1024) {
      var target = [CChar](repeating: 0, count: 256)
      let length = readlink("/proc/self/fd/\(descriptor)", &target, target.count - 1)
      guard length > 0 else { continue }
      let link = String(decoding: target[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
      if link.contains(name) { found.append("descriptor \(descriptor): \(link)") }
    }
    return found
  }

  private func lines(of path: String) -> [Substring] {
    let descriptor = OwnedDescriptor(Glibc.open(path, O_RDONLY | O_CLOEXEC))
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(descriptor.rawValue, &part, part.count)
      guard count > 0 else { break }
      bytes += part[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
