/// The host's pool of huge pages of the default size (/proc/meminfo, /proc/sys/vm/nr_hugepages).
package struct HugePages: Hashable, Sendable {
  /// Pages.
  package var total: Int
  package var free: Int
  /// Bytes of one.
  package let pageSize: Int

  package init(total: Int, free: Int, pageSize: Int) {
    self.total = total
    self.free = free
    self.pageSize = pageSize
  }
}
