import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The configuration file, read again while frames fly.
  @Suite struct ReloadUnderLoad {
    /// Two policies that both answer the tester, and differ in everything else.
    private static let texts = [
      "allow: [192.0.2.0/24, 2001:db8::/32]\nsource-rate: 1M\nrules: ito\nloop-guard: \"off\"\n",
      """
      deny: [198.51.100.0/24, 02:00:5e:00:00:07]
      rule:
        - name=more,port=5000,bytes=text:MORE
      total-bits: 10G
      refused: pass
      """,
    ]

    @Test("100 reloads under load: every frame sent comes back", arguments: [AttachMode.native, .kernel])
    func underLoad(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let file = try TemporaryFile(Self.texts[0])
        let reflector = try Reflector(in: lab, mode.options + ["--config", file.path])
        let agent = try Agent.tester(in: lab)
        // As long as the reloads take: it stops when its input says so.
        try agent.begin("send_until", ["path": file.path + ".done", "window": 32, "flows": 16])
        defer { unlink(file.path + ".done") }
        for round in 1...100 {
          try file.write(Self.texts[round % 2])
          // Now and then the program itself is exchanged, too.
          let outcome = try PolicyChanges.command(lab, ["reload"], round % 10 == 0 ? ["--program"] : [])
          guard outcome.status == 0 else { throw TestFailure("reload \(round): \(outcome)") }
        }
        _ = FileManager.default.createFile(atPath: file.path + ".done", contents: nil)
        let books = try agent.books()
        books.expectPerfect()
        #expect(books.sent > 1_000, "\(books)")
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: books.sent)
      }
    }
  }
}
