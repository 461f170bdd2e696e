import Glibc
import SystemPackage

extension Errno {
  /// ENODEV. System calls it `operationNotSupportedByDevice`, which is not what it says here: there is no
  /// interface by that name or index.
  static var noSuchDevice: Errno { Errno(rawValue: Glibc.ENODEV) }
}
