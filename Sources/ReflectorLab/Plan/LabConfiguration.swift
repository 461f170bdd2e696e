/// What the lab does, as an operator can choose it. The defaults are done within five seconds on two
/// cores that others use too.
package struct LabConfiguration: Hashable, Sendable {
  /// Queues of the veth, on both ends.
  package var queues = 4
  package var protocols = LabProtocol.allCases
  /// Sizes of the frames before tags are added, in bytes without FCS. A size that the protocol can't
  /// have becomes the protocol's shortest.
  package var sizes = [60, 128, 256, 512, 1024, 1280, 1514]
  /// Frames of each case that are sent with the window.
  package var frames = 1000
  /// Frames of each case that are sent one at a time before that: the round trips reported are theirs.
  package var roundTrips = 50
  /// Frames on their way at once.
  package var window = 64
  /// A frame that isn't back after this time is lost.
  package var timeout = Duration.seconds(1)
  /// The tester's end takes what XDP sends to it: it has a native program.
  package var receivesXDP = false
  /// The whole run ends after this time, done or not.
  package var longest = Duration.seconds(10)

  package init() {}

  /// Everything of the matrix that a veth can carry, or what is wrong with it.
  ///
  /// A veth queue holds 256 frames and drops the rest: with a window of at most 200 a loss is the
  /// reflector's.
  package func validate() throws(LabConfigurationError) {
    try Self.require(queues, within: 1...16, "queues")
    try Self.require(frames, within: 0...10_000_000, "frames")
    try Self.require(roundTrips, within: 0...100_000, "roundTrips")
    try Self.require(window, within: 1...200, "window")
    for size in sizes {
      try Self.require(size, within: 60...1514, "sizes")
    }
    if sizes.isEmpty || protocols.isEmpty || frames + roundTrips == 0 { throw .nothingToSend }
    if timeout <= .zero || longest <= .zero { throw .noTime }
  }

  private static func require(
    _ value: Int, within range: ClosedRange<Int>, _ name: String
  ) throws(LabConfigurationError) {
    guard range.contains(value) else { throw .outOfRange(name, value, range) }
  }
}

/// Why a ``LabConfiguration`` can't be run.
package enum LabConfigurationError: Error, Hashable, CustomStringConvertible {
  case outOfRange(String, Int, ClosedRange<Int>)
  case nothingToSend
  case noTime

  package var description: String {
    switch self {
    case .outOfRange(let name, let value, let range):
      "\(name) is \(value), but must be from \(range.lowerBound) to \(range.upperBound)"
    case .nothingToSend: "no protocols, no sizes or no frames: nothing to send"
    case .noTime: "time-out and duration must be more than zero"
    }
  }
}
