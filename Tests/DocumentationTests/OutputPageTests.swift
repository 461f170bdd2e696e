import Foundation
import ReflectorHost
import Testing

@testable import reflector_xdp

/// docs/output.md promises columns to programs.
struct OutputPageTests {
  @Test func `the columns of list's CSV are those of the page`() throws {
    let page = try String(contentsOf: Repository.root.appending(path: "docs/output.md"), encoding: .utf8)
    #expect(page.contains("`" + ListCommand.csvHeader.joined(separator: ",") + "`"))
  }

  @Test func `doctor's checks and causes are those of the page`() throws {
    let page = try String(contentsOf: Repository.root.appending(path: "docs/output.md"), encoding: .utf8)
    let start = try #require(page.range(of: "## doctor, JSON"))
    let section = page[start.upperBound...]
    for name in Check.allCases.map(\.rawValue) + Bottleneck.Cause.allCases.map(\.rawValue) {
      #expect(section.contains("`\(name)`"), "no `\(name)`")
    }
  }
}
