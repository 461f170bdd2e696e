import LinuxSystem

/// The pages that a UMEM lies on.
@usableFromInline
package enum UMEMPages: Sendable, Hashable, CustomStringConvertible {
  /// 4 KiB, as asked for.
  case small
  /// 2 MiB, as asked for.
  case huge
  /// 4 KiB though 2 MiB were asked for, and the call that refused those: usually `mmap` with ENOMEM,
  /// because `/proc/sys/vm/nr_hugepages` has no free ones.
  case smallInsteadOfHuge(SystemCallError)

  @usableFromInline package var description: String {
    switch self {
    case .small: "4 KiB"
    case .huge: "2 MiB"
    case .smallInsteadOfHuge(let refusal): "4 KiB, not 2 MiB: \(refusal)"
    }
  }
}
