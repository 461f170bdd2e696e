import Dispatch
import Synchronization

/// One value that one thread hands to another, once.
final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let ready = DispatchSemaphore(value: 0)

  func put(_ value: Value) {
    self.value.withLock { $0 = value }
    ready.signal()
  }

  /// Waits for the value. To be called once.
  func take() -> Value {
    while true {
      ready.wait()
      if let value = value.withLock({ $0 }) { return value }
    }
  }
}
