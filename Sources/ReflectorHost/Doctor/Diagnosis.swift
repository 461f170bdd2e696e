internal import LinuxSystem
/// What all checks found, and what holds a running reflector back.
package struct Diagnosis: Hashable, Sendable {
  /// In the order of ``Check``.
  package let findings: [Finding]
  /// Nil when no reflector runs.
  package let bottleneck: Bottleneck?

  package init(findings: [Finding], bottleneck: Bottleneck?) {
    self.findings = findings
    self.bottleneck = bottleneck
  }

  /// Judges; reads and changes nothing.
  package init(_ examination: Examination) {
    let topics: [(Examination) -> [Finding]] = [
      InterfaceChecks.findings, DriverChecks.findings, KernelChecks.findings, QueueChecks.findings,
      RingChecks.findings, OffloadChecks.findings, InterruptChecks.findings, CPUChecks.findings,
      MemoryChecks.findings, NeighbourChecks.findings, DropChecks.findings,
    ]
    let order = Dictionary(uniqueKeysWithValues: Check.allCases.enumerated().map { ($1, $0) })
    findings = topics.flatMap { $0(examination) }.sorted { order[$0.check] ?? 0 < order[$1.check] ?? 0 }
    bottleneck = examination.accounts.value.map { Bottleneck($0, examination) }
  }

  package func count(_ status: Finding.Status) -> Int {
    findings.count { $0.status == status }
  }
}
