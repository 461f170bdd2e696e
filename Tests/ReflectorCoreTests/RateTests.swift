import Testing

@testable import ReflectorCore

struct RateTests {
  @Test(
    arguments: [
      ("0", 0), ("1500", 1500), ("10k", 10_000), ("10K", 10_000), ("2.5M", 2_500_000), ("1G", 1_000_000_000),
      ("0.001k", 1), ("14.881M", 14_881_000), ("100G", 100_000_000_000),
    ] as [(String, UInt64)])
  func `rates as people write them`(text: String, rate: UInt64) {
    #expect(Rate.parse(text) == rate)
  }

  @Test(arguments: [
    "", "k", "1m", "1T", "-1", "+1", "1.5", "1.2345k", ".5k", "5.k", "1 k", "1kk", "1e3", "99999999999G",
  ])
  func `and what is none`(text: String) {
    #expect(Rate.parse(text) == nil)
  }

  @Test(
    arguments: [(0, "0"), (1, "1"), (1000, "1k"), (14_881_000, "14881k"), (2_000_000, "2M"), (5_000_000_000, "5G")]
      as [(UInt64, String)])
  func `a rate's text is that rate`(rate: UInt64, text: String) {
    #expect(Rate.text(rate) == text && Rate.parse(text) == rate)
  }
}
