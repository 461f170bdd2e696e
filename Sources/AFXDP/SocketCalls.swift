import CLinux
import LinuxSystem

/// Options of a socket by way of the seam, each failure named by call and option.
struct SocketCalls<Kernel: XSKKernel>: Sendable {
  let fileDescriptor: CInt
  let kernel: Kernel

  /// `setsockopt(SOL_XDP, …)`
  func set<Value: BitwiseCopyable>(_ option: CInt, _ name: String, _ value: Value) throws(SystemCallError) {
    try set(level: SOL_XDP, option, name, value)
  }

  func set<Value: BitwiseCopyable>(
    level: CInt, _ option: CInt, _ name: String, _ value: Value
  ) throws(SystemCallError) {
    try check("setsockopt \(name)") {
      withUnsafeBytes(of: value) {
        kernel.setOption(
          fileDescriptor, level: level, option: option, value: $0.baseAddress!, byteCount: socklen_t($0.count))
      }
    }
  }

  /// `getsockopt(SOL_XDP, …)`. A kernel that knows less of the structure leaves the rest as it was.
  func option<Value: BitwiseCopyable>(
    _ option: CInt, _ name: String, initially value: Value
  ) throws(SystemCallError) -> Value {
    var value = value
    var byteCount = socklen_t(MemoryLayout<Value>.size)
    try check("getsockopt \(name)") {
      kernel.getOption(fileDescriptor, level: SOL_XDP, option: option, value: &value, byteCount: &byteCount)
    }
    return value
  }
}
