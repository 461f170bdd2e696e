import Testing

@testable import ReflectorBench

@Suite("Tables and numbers")
struct TableTests {
  @Test("as text, as Markdown, and without columns that say nothing")
  func table() {
    var table = Table("title", ["name", "figure", "nothing"])
    table.add(["a|b", "10.5", "-"])
    table.add(["c", "1", "-"])
    #expect(table.compacted().text == "title\nname  figure\na|b     10.5\nc          1")
    #expect(
      table.compacted().markdown
        == "### title\n\n| name | figure |\n| --- | ---: |\n| a\\|b | 10.5 |\n| c | 1 |")
  }

  @Test(
    "numbers are the same on every machine",
    arguments: [
      (1234.5678, 2, "1234.57"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (-2.25, 1, "-2.3"), (7, 0, "7"),
      (.infinity, 1, "-"), (0.999, 2, "1.00"), (1.005e-7, 3, "0.000"),
    ])
  func fixed(value: Double, digits: Int, text: String) {
    #expect(value.fixed(digits) == text)
  }
}
