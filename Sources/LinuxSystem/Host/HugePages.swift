import SystemPackage

/// The host's huge pages of the default size (/proc/meminfo, /proc/sys/vm/nr_hugepages).
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

  /// Nil when the kernel has none (CONFIG_HUGETLBFS).
  package static func read(in procfs: borrowing Procfs) throws(SystemCallError) -> HugePages? {
    try procfs.files.value("meminfo").flatMap { HugePages(meminfo: $0) }
  }

  /// From the text of /proc/meminfo, whose `kB` are 1024 bytes.
  package init?(meminfo: String) {
    var fields: [Substring: Int] = [:]
    for line in meminfo.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let number = parts[1].split(separator: " ").first.flatMap({ Int($0) }) else { continue }
      fields[parts[0]] = number
    }
    guard let total = fields["HugePages_Total"], let free = fields["HugePages_Free"] else { return nil }
    guard let kibibytes = fields["Hugepagesize"] else { return nil }
    self.init(total: total, free: free, pageSize: kibibytes * 1024)
  }

  /// Asks for that many pages. The kernel makes as many as it finds memory for, without an error: read again.
  /// Needs root.
  package static func setTotal(_ total: Int, in procfs: borrowing Procfs) throws(SystemCallError) {
    try procfs.files.write("sys/vm/nr_hugepages", "\(total)")
  }
}
