internal import LinuxSystem

/// What came out of one check.
package struct Finding: Hashable, Sendable {
  /// In the order in which it matters.
  package enum Status: String, CaseIterable, Hashable, Sendable, Comparable {
    case ok
    /// It couldn't be found out.
    case unknown
    /// It works, not as well as it could.
    case warn
    /// With it, test frames don't come back.
    case fail

    package static func < (left: Status, right: Status) -> Bool {
      left.rank < right.rank
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  package let check: Check
  package let status: Status
  /// What was seen, in a few words.
  package let value: String
  /// Why it matters, in a sentence.
  package let why: String
  /// Nil where nothing needs mending, or no command does it.
  package let remedy: Remedy?

  package init(_ check: Check, _ status: Status, _ value: String, why: String? = nil, remedy: Remedy? = nil) {
    self.check = check
    self.status = status
    self.value = value
    self.why = why ?? check.meaning
    self.remedy = remedy
  }

  static func ok(_ check: Check, _ value: String) -> Finding { Finding(check, .ok, value) }

  static func warn(_ check: Check, _ value: String, why: String? = nil, _ remedy: Remedy? = nil) -> Finding {
    Finding(check, .warn, value, why: why, remedy: remedy)
  }

  static func fail(_ check: Check, _ value: String, why: String? = nil, _ remedy: Remedy? = nil) -> Finding {
    Finding(check, .fail, value, why: why, remedy: remedy)
  }

  /// - Parameter reason: why it couldn't be read. Where it was for want of a right, the right is named.
  static func unknown(_ check: Check, _ reason: String, why: String? = nil, _ remedy: Remedy? = nil) -> Finding {
    let isRefused = ["EPERM", "EACCES", "not permitted", "Permission denied"].contains { reason.contains($0) }
    let need = isRefused ? check.privilege ?? "CAP_NET_ADMIN" : nil
    return Finding(check, .unknown, reason + (need.map { "; it takes \($0)" } ?? ""), why: why, remedy: remedy)
  }
}

/// The commands that mend something; each does it alone.
package struct Remedy: Hashable, Sendable {
  /// A command of ours.
  package var ours: String?
  /// What somebody without us would type.
  package var plain: String?

  package init(ours: String? = nil, plain: String? = nil) {
    self.ours = ours
    self.plain = plain
  }
}

extension Reading {
  /// Findings on a value that was looked up: what isn't there needs no mending and is left out, what can't be
  /// known is said so.
  func findings(on check: Check, _ judge: (Value) -> [Finding]) -> [Finding] {
    switch self {
    case .value(let value): judge(value)
    case .absent: []
    case .unknown(let reason): [.unknown(check, reason)]
    }
  }

  func finding(on check: Check, _ judge: (Value) -> Finding?) -> [Finding] {
    findings(on: check) { judge($0).map { [$0] } ?? [] }
  }
}
