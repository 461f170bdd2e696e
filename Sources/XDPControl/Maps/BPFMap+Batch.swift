import CBPF
import LinuxSystem
import SystemPackage

/// Many entries in one call (Linux 5.6, tries 5.15). Where the kernel has no such call for a map, one by one.
extension BPFMap {
  /// Entries in one call: some hundred kilobytes.
  private static var chunk: Int { 4096 }

  /// Sets or adds entries, in order. On an error those before it are there.
  ///
  /// - Parameter values: as many as keys.
  package func update(_ keys: [Key], _ values: [Value]) throws(SystemCallError) {
    var done = 0
    if keys.count > 1 {
      var count = UInt32(keys.count)
      let answer = keys.withUnsafeBytes { keys in
        values.withUnsafeBytes { bpf_map_update_batch(descriptor, keys.baseAddress, $0.baseAddress, &count, nil) }
      }
      // What was wrong with the next one the call for one tells; or nothing was, and there is no call for many.
      done = answer == 0 ? keys.count : Swift.min(Int(count), keys.count)
      if answer != 0, done == keys.count { done = 0 }
    }
    for index in done..<keys.count { try update(keys[index], values[index]) }
  }

  /// Takes entries away; those that aren't there are no error.
  package func remove(_ keys: [Key]) throws(SystemCallError) {
    var done = 0
    if keys.count > 1 {
      var count = UInt32(keys.count)
      let answer = keys.withUnsafeBytes { bpf_map_delete_batch(descriptor, $0.baseAddress, &count, nil) }
      done = answer == 0 ? keys.count : 0
    }
    for index in done..<keys.count { try remove(keys[index]) }
  }

  /// All entries, some at a time. Those that come or go meanwhile may be missed or told twice.
  package func forEachEntry(_ body: (Key, Value) -> Void) throws(SystemCallError) {
    if try forEachBatch(body) { return }
    for key in try keys() {
      if let value = try value(key) { body(key, value) }
    }
  }

  /// False if the kernel has no such call for this map; nothing was told then.
  private func forEachBatch(_ body: (Key, Value) -> Void) throws(SystemCallError) -> Bool {
    // Where the kernel goes on: a key or a number, whichever is longer.
    let place = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(MemoryLayout<Key>.size, 8), alignment: 8)
    let keys = UnsafeMutablePointer<Key>.allocate(capacity: Self.chunk)
    let values = UnsafeMutablePointer<Value>.allocate(capacity: Self.chunk)
    defer {
      place.deallocate()
      keys.deallocate()
      values.deallocate()
    }
    var isFirst = true
    while true {
      var count = UInt32(Self.chunk)
      var end = false
      do throws(SystemCallError) {
        try check("bpf BPF_MAP_LOOKUP_BATCH \(name)") {
          bpf_map_lookup_batch(descriptor, isFirst ? nil : place, place, keys, values, &count, nil)
        }
      } catch {
        switch error.errno {
        case .noSuchFileOrDirectory: end = true
        case _ where isFirst: return false
        default: throw error
        }
      }
      for index in 0..<Int(count) { body(keys[index], values[index]) }
      if end { return true }
      isFirst = false
    }
  }

  /// Room for entries, as the map was made.
  package var capacity: Int {
    get throws(SystemCallError) {
      var info = bpf_map_info()
      var size = UInt32(MemoryLayout<bpf_map_info>.stride)
      try check("bpf BPF_OBJ_GET_INFO_BY_FD \(name)") { bpf_obj_get_info_by_fd(descriptor, &info, &size) }
      return Int(info.max_entries)
    }
  }
}
