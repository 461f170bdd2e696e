import ReflectorHost

/// The findings as JSON: docs/output.md.
struct DoctorReport: Encodable {
  struct Commands: Encodable {
    let reflectorXdp: String?
    let plain: String?

    init?(_ remedy: Remedy?) {
      guard let remedy else { return nil }
      reflectorXdp = remedy.ours
      plain = remedy.plain
    }
  }

  struct Entry: Encodable {
    let check: String
    let status: String
    let value: String
    let why: String
    let commands: Commands?
  }

  struct BottleneckEntry: Encodable {
    let cause: String
    let verdict: String
    let seconds: Double
    /// Frames that came in that time, by where they were counted.
    let evidence: [String: UInt64]
    let others: [String]
    let commands: Commands?
  }

  let interface: String
  let namespace: String?
  let findings: [Entry]
  let bottleneck: BottleneckEntry?
  let failures: Int
  let warnings: Int
  let unknown: Int
  let ok: Int

  init(_ diagnosis: Diagnosis, interface: String, namespace: String?) {
    self.interface = interface
    self.namespace = namespace
    findings = diagnosis.findings.map {
      Entry(
        check: $0.check.rawValue, status: $0.status.rawValue, value: $0.value, why: $0.why,
        commands: Commands($0.remedy))
    }
    bottleneck = diagnosis.bottleneck.map {
      BottleneckEntry(
        cause: $0.cause.rawValue, verdict: $0.verdict, seconds: ($0.seconds * 1000).rounded() / 1000,
        evidence: Dictionary($0.evidence.map { ($0.name, $0.value) }, uniquingKeysWith: &+),
        others: $0.others.map(\.rawValue), commands: Commands($0.remedy))
    }
    failures = diagnosis.count(.fail)
    warnings = diagnosis.count(.warn)
    unknown = diagnosis.count(.unknown)
    ok = diagnosis.count(.ok)
  }
}
