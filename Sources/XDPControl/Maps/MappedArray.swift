import Glibc
import LinuxSystem
import SystemPackage

/// A `BPF_F_MMAPABLE` array (Linux 5.5) as memory: entries are read and written without a system call.
///
/// Whoever writes an entry is its only writer. Readers, here or in other processes, may see an entry
/// between two of its fields' updates, but never half a field: the fields are aligned words.
package struct MappedArray<Value: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int
  package let count: Int

  /// Maps the first `count` entries of the array behind `descriptor`, which may be closed afterwards.
  package init(_ name: MapName, descriptor: CInt, count: Int, writable: Bool) throws(SystemCallError) {
    try self.init(named: name.rawValue, descriptor: descriptor, count: count, writable: writable)
  }

  /// The same for a map that isn't the reflector's.
  package init(named name: String, descriptor: CInt, count: Int, writable: Bool) throws(SystemCallError) {
    let page = Int(getpagesize())
    byteCount = (count * MemoryLayout<Value>.stride + page - 1) / page * page
    let mapped = mmap(
      nil, byteCount, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw SystemCallError("mmap \(name)", .current) }
    memory = mapped
    self.count = count
  }

  deinit {
    munmap(memory, byteCount)
  }

  /// The entry's address, valid while this lives.
  package func pointer(at index: Int) -> UnsafeMutablePointer<Value> {
    precondition(index >= 0 && index < count, "entry \(index) of \(count)")
    return memory.assumingMemoryBound(to: Value.self) + index
  }

  /// A copy of an entry.
  package subscript(index: Int) -> Value {
    pointer(at: index).pointee
  }
}
