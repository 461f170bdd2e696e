/// The matrix that a configuration means: which frames are sent, in which order. Pure.
package struct LabPlan: Hashable, Sendable {
  /// In the order in which they are run: by protocol, then by size. No case occurs twice.
  package let cases: [LabCase]
  package let configuration: LabConfiguration

  package init(_ configuration: LabConfiguration) throws(LabConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
    var cases: [LabCase] = []
    for `protocol` in configuration.protocols {
      // A tag makes the frame longer instead of its payload shorter: what a switch does to it.
      for size in configuration.sizes.sorted() {
        let one = LabCase(`protocol`, size: max(size + 4 * `protocol`.tags, `protocol`.shortestFrame))
        if !cases.contains(one) { cases.append(one) }
      }
    }
    self.cases = cases
  }

  /// Frames of the whole run when nothing cuts it short.
  package var frames: Int { cases.count * (configuration.frames + configuration.roundTrips) }

  /// The longest frame in bytes without the Ethernet header: what the veth's MTU must be.
  ///
  /// The kernel lets one tag exceed the MTU, not two.
  package var mtu: Int { (cases.map(\.size).max() ?? 1514) - 14 }
}
