import Synchronization

/// Ends a run early. Raised from any thread, a signal handler's too: it is one atomic store.
package final class LabStop: Sendable {
  private let raised = Atomic(false)

  package init() {}

  package var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// The run ends within 200 ms and still reports what it did.
  package func raise() {
    raised.store(true, ordering: .relaxed)
  }
}
