import Testing

extension Agent.Books {
  /// Everything returned, nothing twice, every byte right: as an expectation with the whole story in it.
  package func expectPerfect(_ sent: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(isPerfect, "\(self)", sourceLocation: sourceLocation)
    if let sent { #expect(self.sent == sent, sourceLocation: sourceLocation) }
  }
}

extension Statistics {
  /// The program's books against the tester's: of `sent` test frames each was seen, redirected, received,
  /// reflected and completed, and nothing else was. In the kernel datapath: seen and reflected.
  package func expectAccounts(forSent sent: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    let sent = UInt64(sent)
    #expect(redirected == (isKernel ? 0 : sent), "\(self)", sourceLocation: sourceLocation)
    #expect(received == sent, "\(self)", sourceLocation: sourceLocation)
    #expect(reflected == sent, "\(self)", sourceLocation: sourceLocation)
    #expect(completed == (isKernel ? nil : sent), "\(self)", sourceLocation: sourceLocation)
    #expect(rules.values.reduce(0, +) == sent, "\(rules)", sourceLocation: sourceLocation)
    expectBalance(sourceLocation: sourceLocation)
  }

  /// The accounts balance, by its own word and by ours.
  package func expectBalance(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(balanced, "\(self)", sourceLocation: sourceLocation)
    #expect(seen == outcomes, "\(self)", sourceLocation: sourceLocation)
    let byQueue = queues.reduce(0) { $0 + $1.received }
    #expect((spread ?? received) == byQueue, "\(self)", sourceLocation: sourceLocation)
    if let cpus, let spread, let overflowed {
      #expect(reflected == cpus.reduce(0) { $0 + $1.reflected }, "\(self)", sourceLocation: sourceLocation)
      #expect(received == cpus.reduce(reflected) { $0 + $1.rejected }, "\(self)", sourceLocation: sourceLocation)
      #expect(spread == received + overflowed, "\(self)", sourceLocation: sourceLocation)
    } else {
      let sent = queues.reduce(0) { $0 + ($1.reflected ?? 0) }
      #expect(reflected == sent, "\(self)", sourceLocation: sourceLocation)
    }
    for queue in queues {
      #expect(
        queue.received == (queue.reflected ?? queue.received) + (queue.rejected?.values.reduce(0, +) ?? 0), "\(queue)",
        sourceLocation: sourceLocation)
      #expect(queue.xsk?["tx_invalid_descs"] == (isKernel ? nil : 0), "\(queue)", sourceLocation: sourceLocation)
    }
  }
}
