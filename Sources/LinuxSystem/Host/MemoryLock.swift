import Glibc

/// How much memory a process may lock (RLIMIT_MEMLOCK, `ulimit -l`).
package enum MemoryLock {
  /// Bytes; nil for unlimited. CAP_IPC_LOCK lifts the limit whatever it is.
  package static func limit() throws(SystemCallError) -> UInt64? {
    var limit = rlimit()
    try check("getrlimit RLIMIT_MEMLOCK") { getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) }
    // RLIM_INFINITY, a cast that Swift doesn't see.
    return limit.rlim_cur == .max ? nil : UInt64(limit.rlim_cur)
  }
}
