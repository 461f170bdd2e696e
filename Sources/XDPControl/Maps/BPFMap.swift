import CBPF
import LinuxSystem
import SystemPackage

/// A map of the kernel with keys and values of known types.
///
/// A value: it names a descriptor that somebody else owns (the loaded object, or ``PinnedMaps``), who
/// must outlive it. Keys and values are copied in and out by system calls, each of which is atomic for
/// one entry but not for a whole map.
package struct BPFMap<Key: BitwiseCopyable, Value: BitwiseCopyable> {
  /// As in bpf/maps.h.
  let name: String
  package let descriptor: CInt

  package init(_ name: MapName, descriptor: CInt) {
    self.init(named: name.rawValue, descriptor: descriptor)
  }

  /// One that isn't pinned.
  init(named name: String, descriptor: CInt) {
    self.name = name
    self.descriptor = descriptor
  }

  /// Sets or adds an entry (BPF_ANY).
  package func update(_ key: Key, _ value: Value) throws(SystemCallError) {
    try check("bpf BPF_MAP_UPDATE_ELEM \(name)") {
      withUnsafePointer(to: key) { key in
        withUnsafePointer(to: value) { bpf_map_update_elem(descriptor, key, $0, 0) }
      }
    }
  }

  /// Takes an entry away; one that isn't there is no error.
  package func remove(_ key: Key) throws(SystemCallError) {
    do throws(SystemCallError) {
      try check("bpf BPF_MAP_DELETE_ELEM \(name)") {
        withUnsafePointer(to: key) { bpf_map_delete_elem(descriptor, $0) }
      }
    } catch  where error.errno == .noSuchFileOrDirectory {
    }
  }

  /// The value of a key, nil if it has none. For maps that aren't per CPU.
  package func value(_ key: Key) throws(SystemCallError) -> Value? {
    try withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { (space) throws(SystemCallError) -> Value? in
      try lookUp(key, into: UnsafeMutableRawPointer(space.baseAddress!)) ? space[0] : nil
    }
  }

  /// The values of a key of a per-CPU map, one for each possible CPU.
  package func values(_ key: Key) throws(SystemCallError) -> [Value] {
    let cpus = Int(try check("count possible CPUs") { libbpf_num_possible_cpus() })
    // The kernel rounds each CPU's value up to 8 bytes.
    let stride = (MemoryLayout<Value>.size + 7) & ~7
    return try withUnsafeTemporaryAllocation(byteCount: cpus * stride, alignment: 8) {
      (space) throws(SystemCallError) -> [Value] in
      guard try lookUp(key, into: space.baseAddress!) else { return [] }
      return (0..<cpus).map { space.loadUnaligned(fromByteOffset: $0 * stride, as: Value.self) }
    }
  }

  /// Sets a key of a per-CPU map to the same value on each possible CPU.
  package func updateOnAllCPUs(_ key: Key, _ value: Value) throws(SystemCallError) {
    let cpus = Int(try check("count possible CPUs") { libbpf_num_possible_cpus() })
    let stride = (MemoryLayout<Value>.size + 7) & ~7
    try check("bpf BPF_MAP_UPDATE_ELEM \(name)") {
      withUnsafeTemporaryAllocation(byteCount: cpus * stride, alignment: 8) { space in
        for cpu in 0..<cpus { space.storeBytes(of: value, toByteOffset: cpu * stride, as: Value.self) }
        return withUnsafePointer(to: key) { bpf_map_update_elem(descriptor, $0, space.baseAddress!, 0) }
      }
    }
  }

  /// The map's number, as `bpftool map show` has it.
  var id: UInt32 {
    get throws(SystemCallError) {
      var info = bpf_map_info()
      var size = UInt32(MemoryLayout<bpf_map_info>.stride)
      try check("bpf BPF_OBJ_GET_INFO_BY_FD \(name)") { bpf_obj_get_info_by_fd(descriptor, &info, &size) }
      return info.id
    }
  }

  /// All keys of a hash map. Entries that come or go meanwhile may be missed or told twice.
  package func keys() throws(SystemCallError) -> [Key] {
    var keys: [Key] = []
    while let next = try key(after: keys.last) { keys.append(next) }
    return keys
  }

  private func key(after former: Key?) throws(SystemCallError) -> Key? {
    try withUnsafeTemporaryAllocation(of: Key.self, capacity: 1) { (space) throws(SystemCallError) -> Key? in
      do throws(SystemCallError) {
        try check("bpf BPF_MAP_GET_NEXT_KEY \(name)") {
          guard let former else { return bpf_map_get_next_key(descriptor, nil, space.baseAddress!) }
          return withUnsafePointer(to: former) { bpf_map_get_next_key(descriptor, $0, space.baseAddress!) }
        }
        return space[0]
      } catch  where error.errno == .noSuchFileOrDirectory {
        return nil
      }
    }
  }

  private func lookUp(_ key: Key, into space: UnsafeMutableRawPointer) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      try check("bpf BPF_MAP_LOOKUP_ELEM \(name)") {
        withUnsafePointer(to: key) { bpf_map_lookup_elem(descriptor, $0, space) }
      }
      return true
    } catch  where error.errno == .noSuchFileOrDirectory {
      return false
    }
  }
}
