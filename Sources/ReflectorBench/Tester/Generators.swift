import LinuxSystem

/// The generators of a run, one for each queue, which run until they are told to end.
final class Generators {
  /// In a box, because an array can't hold what has one owner.
  private final class Place {
    var live: LiveFrames?

    init(_ live: consuming LiveFrames) {
      self.live = consume live
    }
  }

  private var places: [Place] = []

  /// Empty: nothing runs.
  init() {}

  func add(_ live: consuming LiveFrames) {
    places.append(Place(live))
  }

  /// Whether one ended by itself, which only an error makes it do.
  var hasFailed: Bool { places.contains { $0.live?.isFinished ?? false } }

  /// Ends them all, also when one of them had failed; throws the first failure.
  func end() throws(SystemCallError) {
    var failure: SystemCallError?
    for place in places {
      guard let live = place.live.take() else { continue }
      do throws(SystemCallError) {
        try live.end()
      } catch {
        failure = failure ?? error
      }
    }
    places = []
    if let failure { throw failure }
  }
}
