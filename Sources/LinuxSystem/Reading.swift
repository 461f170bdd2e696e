/// What is known of something that was looked up.
///
/// Not there and not to be found out are two things: an absent setting needs no mending, an unknown one may.
package enum Reading<Value> {
  case value(Value)
  /// The device or the kernel has no such thing.
  case absent
  /// It couldn't be asked, and why: `open /proc/irq/24/smp_affinity_list: EACCES (Permission denied)`.
  case unknown(String)

  /// Nil for the other two.
  package var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }
}

extension Reading: Sendable where Value: Sendable {}
extension Reading: Equatable where Value: Equatable {}
extension Reading: Hashable where Value: Hashable {}

extension Reading {
  /// What `body` finds out: nil is absent, an error is unknown, with its words.
  package init(_ body: () throws -> Value?) {
    do {
      self = try body().map(Reading.value) ?? .absent
    } catch {
      self = .unknown("\(error)")
    }
  }
}
