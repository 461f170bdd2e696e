import Foundation
import Testing

/// docs/faults.md names, for each fault of others, the tests that hold it off: they exist, under that name.
struct FaultsTests {
  private let page: String
  /// Every test source, with runs of white space as one blank: a title may be broken over lines.
  private let sources: [String: String]

  init() throws {
    page = try String(contentsOf: Repository.root.appending(path: "docs/faults.md"), encoding: .utf8)
    let folder = Repository.root.appending(path: "Tests")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    sources = try (files ?? []).filter { $0.pathExtension == "swift" && !$0.path.contains("DocumentationTests") }
      .reduce(into: [:]) { sources, file in
        let text = try String(contentsOf: file, encoding: .utf8)
        sources[file.deletingPathExtension().lastPathComponent] = text.replacing(/\s+/, with: " ")
      }
  }

  @Test func `each of the fourteen faults has a section with a test or a sentence`() {
    let sections = page.split(separator: "\n## Fault ").dropFirst()
    #expect(sections.map { $0.prefix { $0.isNumber } } == (1...14).map { "\($0)" })
    for section in sections {
      let isTested = section.contains("Tests`") || section.contains("`EndToEnd.")
      #expect(isTested || section.contains("(issue "), "fault \(section)")
    }
  }

  @Test func `the titles of tests stand in the tests`() {
    let titles = page.replacing(/\s+/, with: " ").matches(of: /"([^"]+)"/).map { $0.output.1 }
    #expect(titles.count > 10)
    for title in titles {
      // A title may be cut with an ellipsis.
      let start = title.prefix { $0 != "…" }.trimmingCharacters(in: .whitespaces)
      #expect(sources.values.contains { $0.contains(start) }, "no test is called \(start)")
    }
  }

  @Test func `the suites and functions of tests exist`() {
    let names = page.matches(of: /`([A-Za-z]+)`/).map { String($0.output.1) }
    for name in names where name.hasSuffix("Tests") && name != "NetnsTests" && name != "ManualPageTests" {
      #expect(sources[name] != nil, "no file \(name).swift")
    }
    for name in names where name.first?.isLowercase == true && name.contains(where: \.isUppercase) {
      #expect(sources.values.contains { $0.contains("func \(name)(") }, "no test function \(name)")
    }
  }
}
