import Foundation
import Testing

@testable import reflector_xdp

/// docs/output.md promises columns to programs.
struct OutputPageTests {
  @Test func `the columns of list's CSV are those of the page`() throws {
    let page = try String(contentsOf: Repository.root.appending(path: "docs/output.md"), encoding: .utf8)
    #expect(page.contains("`" + ListCommand.csvHeader.joined(separator: ",") + "`"))
  }
}
