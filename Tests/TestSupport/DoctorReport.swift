/// What `doctor --format json` prints.
package struct DoctorReport: Decodable {
  package let interface: String
  package let namespace: String?
  package let findings: [Finding]
  package let bottleneck: Bottleneck?
  package let failures: Int
  package let warnings: Int
  package let unknown: Int
  package let ok: Int

  package struct Finding: Decodable {
    package let check: String
    package let status: String
    package let value: String
    package let why: String
    package let commands: Commands?
  }

  package struct Commands: Decodable {
    package let reflectorXdp: String?
    package let plain: String?
  }

  package struct Bottleneck: Decodable {
    package let cause: String
    package let verdict: String
    package let seconds: Double
    package let evidence: [String: UInt64]
    package let others: [String]
  }

  package init(json: String) throws { self = try decode(json) }

  package func finding(_ check: String) throws -> Finding {
    guard let finding = findings.first(where: { $0.check == check }) else {
      throw TestFailure("no finding on \(check): \(findings.map(\.check))")
    }
    return finding
  }
}
