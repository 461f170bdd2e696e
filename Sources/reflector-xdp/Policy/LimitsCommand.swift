import ArgumentParser
import ReflectorCore
import ReflectorXDP

struct LimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits", abstract: "Show or change how often a running reflector answers.",
    discussion: """
      Without options shows what is in force. What an option names is changed, none takes a limit away, and what isn't \
      named stays. A rate comes back as the roundest one that the program can't tell from what was asked for.
      """)

  @OptionGroup var options: EditOptions
  @OptionGroup(title: "What is to be") var limits: LimitOptions

  func run() throws {
    guard limits.isGiven else {
      let policy = try options.read().policy
      return options.print(LimitReport(options.target.interface, policy)) { LimitReport.text(policy) }
    }
    try options.edit { (state) throws(ReflectorError) in limits.apply(to: &state.policy) }
  }
}
