import Testing

@testable import ReflectorBench

@Suite("The highest rate without a loss")
struct RateSearchTests {
  /// A machine that loses nothing up to `capacity`, and whose generator sends no more than `most`.
  private func find(limit: Double, capacity: Double, most: Double = .infinity) -> (found: Double, tries: Int) {
    var search = RateSearch(limit: limit)
    var tries = 0
    while let rate = search.next, tries < 100 {
      let actual = min(rate, most)
      search.record(rate, actual: actual, isLossless: actual <= capacity)
      tries += 1
    }
    return (search.lossless, tries)
  }

  @Test("is found to two parts in a hundred, from below", arguments: [0.04, 0.3, 0.77, 0.999])
  func found(share: Double) {
    let (found, tries) = find(limit: 1_000_000, capacity: 1_000_000 * share)
    #expect(found <= 1_000_000 * share && found >= 1_000_000 * share * 0.97, "\(found)")
    #expect(tries < 15)
  }

  @Test("is the limit where that is lossless")
  func limit() {
    #expect(find(limit: 500_000, capacity: 1_000_000) == (500_000, 1))
  }

  @Test("is what the generator could do, where that is less")
  func generator() {
    let (found, tries) = find(limit: 1_000_000, capacity: 900_000, most: 300_000)
    #expect(found == 300_000 && tries < 15)
  }

  @Test("says whether anything was lost at all")
  func loss() {
    var search = RateSearch(limit: 100_000)
    search.record(100_000, actual: 60_000, isLossless: true)
    #expect(!search.hasLost && search.lossless == 60_000)
    search.record(80_000, actual: 80_000, isLossless: false)
    #expect(search.hasLost && search.lossless == 60_000)
  }

  @Test("isn't there where everything loses")
  func none() {
    let (found, tries) = find(limit: 1_000_000, capacity: 0)
    #expect(found == 0 && tries < 15)
  }
}
