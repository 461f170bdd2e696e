/// Who was sent when, and what became of it: every frame of a run has exactly one line here, and what
/// comes back is judged against it. Pure: times are handed in.
///
/// Invariant: for each case, `sent = returned + corrupted + lost + unanswered + outstanding`.
struct FrameLedger {
  /// Nanoseconds of one monotonic clock.
  typealias Instant = Int64

  private enum Fate: UInt8 {
    case outstanding, answered, lost
  }

  private struct Outstanding {
    let expected: [UInt8]
    let sentAt: Instant
  }

  private let cases: [LabCase]
  private(set) var counts: [LabCounts]
  /// Frames that belong to nobody here: the host's own, or another tester's.
  private(set) var foreign = 0
  private(set) var firstCorruption: Corruption?

  /// By sequence number. The fate tells a second copy from a late one.
  private var fates: [Fate] = []
  private var caseOf: [UInt16] = []
  private var outstanding: [UInt32: Outstanding] = [:]
  /// All before this one have met their fate; times rise with the sequence.
  private var oldest: UInt32 = 0

  init(_ cases: [LabCase]) {
    self.cases = cases
    counts = Array(repeating: LabCounts(), count: cases.count)
  }

  var nextSequence: UInt32 { UInt32(truncatingIfNeeded: fates.count) }
  var inFlight: Int { outstanding.count }

  /// Enters the frame ``nextSequence`` that is about to be sent.
  mutating func send(case index: Int, expecting expected: [UInt8], at now: Instant) {
    outstanding[nextSequence] = Outstanding(expected: expected, sentAt: now)
    fates.append(.outstanding)
    caseOf.append(UInt16(index))
    counts[index].sent += 1
  }

  /// Judges one frame that arrived, and counts it. The round trip in nanoseconds if it is as it must be.
  mutating func receive(_ frame: [UInt8], at now: Instant) -> Int64? {
    guard let sequence = identify(frame) else {
      foreign += 1
      return nil
    }
    let index = Int(caseOf[Int(sequence)])
    guard let sent = outstanding.removeValue(forKey: sequence) else {
      // A frame counted as lost stays lost; its next copies, if any, are doubles.
      if fates[Int(sequence)] == .lost {
        counts[index].late += 1
        fates[Int(sequence)] = .answered
      } else {
        counts[index].doubled += 1
      }
      return nil
    }
    fates[Int(sequence)] = .answered
    if let difference = Corruption.Difference(expected: sent.expected, found: frame) {
      counts[index].corrupted += 1
      firstCorruption = firstCorruption ?? Corruption(lane: cases[index], sequence: sequence, difference: difference)
      return nil
    }
    counts[index].returned += 1
    return now - sent.sentAt
  }

  /// Counts as lost what was sent at or before `deadline` and isn't back.
  mutating func expire(sentUpTo deadline: Instant) {
    while oldest < nextSequence {
      if let frame = outstanding[oldest] {
        if frame.sentAt > deadline { return }
        outstanding[oldest] = nil
        fates[Int(oldest)] = .lost
        counts[Int(caseOf[Int(oldest)])].lost += 1
      }
      oldest += 1
    }
  }

  /// Gives up what is still on its way: the run was stopped before its time was up.
  mutating func abandon() {
    for sequence in outstanding.keys {
      fates[Int(sequence)] = .lost
      counts[Int(caseOf[Int(sequence)])].unanswered += 1
    }
    outstanding.removeAll()
  }

  /// The number of the frame that this is, or was before it was damaged; nil for a frame of others.
  private func identify(_ frame: [UInt8]) -> UInt32? {
    let claimed = SequenceField.read(frame).flatMap { $0 < nextSequence ? $0 : nil }
    if let claimed, outstanding[claimed]?.expected == frame { return claimed }
    guard let (nearest, distance) = nearest(frame) else { return claimed }
    // Two frames of a run differ in number and port at least. With one byte of difference it is the
    // nearest, and if that byte is in the number, what it claims is wrong.
    if distance <= 1 { return nearest }
    // Without a claim, mark or signature are damaged. Then the number may come out wrong, among frames
    // that differ in little else; the case doesn't.
    return claimed ?? (distance * 8 <= frame.count ? nearest : nil)
  }

  /// The outstanding frame of the same length that differs in the fewest bytes.
  private func nearest(_ frame: [UInt8]) -> (sequence: UInt32, distance: Int)? {
    outstanding.filter { $0.value.expected.count == frame.count }
      .map { sequence, sent in (sequence, zip(sent.expected, frame).count { $0 != $1 }) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }
  }
}
