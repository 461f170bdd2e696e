/// A view of procfs.
///
/// Paths are relative to its root: `irq/24/smp_affinity_list`. Unlike sysfs it is the same for every network
/// namespace, except for `net` and `sys/net`, which nobody reads here.
package struct Procfs: ~Copyable, Sendable {
  package let files: FileTree

  package init(at path: String = "/proc") throws(SystemCallError) {
    files = try FileTree(at: path)
  }
}
