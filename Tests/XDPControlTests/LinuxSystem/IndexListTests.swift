import LinuxSystem
import Testing

@Suite struct IndexListTests {
  @Test(arguments: [
    ("0", [0]), ("0-3,5", [0, 1, 2, 3, 5]), ("5,0-1", [5, 0, 1]), ("7-7", [7]), ("65535", [65535]),
  ])
  func `lists keep the order in which they are written`(text: String, indices: [Int]) throws {
    let list = try IndexList(text, of: "queue")
    #expect(list.indices == indices)
    #expect(try IndexList(list.description, of: "queue") == list)
  }

  @Test(arguments: ["", ",", "1,", "a", "-1", "1-", "1-2-3", "+1", " 1", "1 ", "0x1", "١", "1;2", "\0"])
  func `what is no list is refused, with an example`(text: String) throws {
    let error = try #require(throws: IndexListError.self) { try IndexList(text, of: "CPU") }
    #expect(error.description.contains("write a list such as 0-3,5"))
  }

  @Test func `each error says what is wrong`() throws {
    #expect(throws: IndexListError.descending(noun: "CPU", part: "3-1")) { try IndexList("3-1", of: "CPU") }
    #expect(throws: IndexListError.repeated(noun: "CPU", index: 2)) { try IndexList("1-3,2", of: "CPU") }
    for text in ["65536", "0-4000000000", "99999999999999999999999"] {
      let error = try #require(throws: IndexListError.self) { try IndexList(text, of: "queue") }
      #expect(error.description.hasSuffix("allowed: 0-65535"))
    }
  }

  @Test func `what isn't there is refused, naming what is`() throws {
    let allowed = IndexList(unique: [0, 1, 2, 5])
    #expect(try IndexList("2,0", of: "CPU").checked(within: allowed, of: "CPU").indices == [2, 0])
    let error = try #require(throws: IndexListError.self) {
      try IndexList("1-4", of: "CPU").checked(within: allowed, of: "CPU")
    }
    #expect(error.description == "there is no CPU 3-4 here; allowed: 0-2,5")
  }

  @Test func `the CPUs allowed are those that nproc counts`() throws {
    let count = try Command.run("nproc").split(separator: "\n").first.flatMap { Int($0) }
    #expect(try IndexList.allowedCPUs().indices.count == count)
  }
}
