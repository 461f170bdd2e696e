/// Decides what becomes of a frame: reflected, passed to the host's stack or refused, and why.
///
/// The same decision as the XDP program's, to the last reason and in the same order (`bpf/parse.h`,
/// `bpf/match.h`, `bpf/admit.h`); a differential test runs generated frames through both. It knows no sockets,
/// no queues and no other frames: what it reflects, the program may still pass with ``PassReason/noSocket``, or
/// refuse because of a rate or a loop.
public struct Classifier: Sendable {
  /// The interface's own address: only frames to it are reflected.
  public let mac: MACAddress
  /// The source OUI that is answered; nil for any.
  public let oui: OUI?
  public let table: RuleTable
  public let gate: Gate

  public init(mac: MACAddress, oui: OUI?, table: RuleTable, gate: Gate = .open) {
    self.mac = mac
    self.oui = oui
    self.table = table
    self.gate = gate
  }

  /// The verdict on one frame, from its destination MAC to its last byte, without FCS.
  ///
  /// Any bytes of any length are a frame: those too short for an Ethernet header are
  /// ``PassReason/truncated``. At most four look-ups, whatever the number of rules.
  public func classify(_ frame: RawSpan) -> Verdict {
    classify(frame, firstPart: frame.byteCount)
  }

  /// The same of a frame that the program gets in several parts (multi-buffer), of which it reads the first.
  ///
  /// Lengths are held against the whole frame; headers and signature have to be in the first part. What isn't
  /// counts as if the frame ended there.
  ///
  /// - Parameter firstPart: bytes of it, at most those of the frame.
  package func classify(_ frame: RawSpan, firstPart: Int) -> Verdict {
    var headers = UDPHeaders(firstPart: firstPart)
    if let reason = headers.parse(frame, own: mac) { return .pass(reason) }
    let verdict = match(frame, headers)
    guard case .reflect = verdict, let refusal = gate.refusal(of: headers.facts(frame)) else { return verdict }
    return .refuse(refusal)
  }

  /// Step 5. The first shape under which a rule is found wins; the shapes stand in the order of the
  /// rules.
  private func match(_ frame: RawSpan, _ headers: UDPHeaders) -> Verdict {
    let shapes = table.ports[headers.port] ?? table.anyPort
    if shapes.isEmpty { return .pass(.otherPort) }
    var reason = PassReason.truncatedSignature
    for shape in shapes where shape.end <= headers.readablePayload {
      reason = .otherSignature
      guard let rule = table.signatures[key(for: shape, in: frame, at: headers.payload)] else { continue }
      return sourceAllowed(frame) ? .reflect(rule: rule) : .pass(.foreignOUI)
    }
    return .pass(reason)
  }

  /// The look-up key for the bytes that stand where the shape says. Inside the frame: the caller has
  /// held the shape's end against the payload.
  private func key(for shape: Shape, in frame: RawSpan, at payload: Int) -> SignatureKey {
    var number: UInt128 = 0
    for offset in Int(shape.offset)..<shape.end {
      number = number << 8 | UInt128(frame.uint8(at: payload + offset))
    }
    return SignatureKey(shape: shape, number: number)
  }

  /// Looked at last, and only where a rule matched: so that the count of foreign OUIs is one of test
  /// frames from unknown testers, not of all UDP traffic.
  private func sourceAllowed(_ frame: RawSpan) -> Bool {
    guard let oui else { return true }
    return MACAddress(rawValue: frame.uint48(at: 6)).oui == oui
  }
}
