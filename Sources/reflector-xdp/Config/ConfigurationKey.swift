import LinuxSystem
import ReflectorCore

/// A key of the configuration file: the option of `attach` with that name, and what the file may say of it.
struct ConfigurationKey: Sendable {
  /// When a changed value counts.
  enum Effect: String, Sendable {
    /// With a reload.
    case atOnce = "at once"
    case restart = "needs a restart"
  }

  /// The option's, without its dashes.
  let name: String
  let form: Form
  let effect: Effect
  /// The values that a parsed command has, in the words of the command line; none where nothing was asked for.
  let values: @Sendable (AttachCommand) -> [String]
  /// Puts a list into a parsed command. For lists that may be long: the parser of the command line takes hours for
  /// the 100,000 networks that a file may have.
  let assign: (@Sendable (inout AttachCommand, [String]) throws -> Void)?

  init(
    _ name: String, _ form: Form, _ effect: Effect,
    assign: (@Sendable (inout AttachCommand, [String]) throws -> Void)? = nil,
    values: @escaping @Sendable (AttachCommand) -> [String]
  ) {
    self.name = name
    self.form = form
    self.effect = effect
    self.values = values
    self.assign = assign
  }
}

extension ConfigurationKey {
  /// What a value looks like.
  enum Form: Sendable {
    case flag
    case word([String])
    /// Words between commas, or as a list; or one that stands alone.
    case words([String], alone: String?)
    /// `or` is good, too.
    case whole(ClosedRange<Int>, unit: String = "", or: Int? = nil)
    case choice([Int], allowed: String)
    /// Above the first number or, if `isFromFirst`, from it on.
    case decimal(ClosedRange<Double>, isFromFirst: Bool, unit: String)
    /// Of so much a second, such as 500k; or none.
    case rate(ClosedRange<UInt64>, of: String)
    /// Numbers of CPUs or queues.
    case indices(of: String)
    case text(TextForm)
    /// As often as one likes.
    case list(TextForm)
    /// Texts as for `--rule`, or mappings with its parts.
    case rules
  }

  /// A text with a form of its own.
  struct TextForm: Sendable {
    /// `a name`, for messages.
    let allowed: String
    /// For JSON Schema; what it lets through may still be refused by `check`.
    let pattern: String?
    /// Whether YAML may take it for a number.
    var mayBeNumber = false
    /// As the option's own. Throws what says what is wrong.
    let check: @Sendable (String) throws -> Void
  }

  /// Whether several values are allowed.
  var isList: Bool {
    switch form {
    case .words, .indices, .list, .rules: true
    default: false
    }
  }

  /// Whether the option may be given several times.
  var isRepeatable: Bool {
    switch form {
    case .list, .rules: true
    default: false
    }
  }

  var isFlag: Bool {
    if case .flag = form { true } else { false }
  }
}

extension ConfigurationKey.Form {
  /// In words: `1 to 256`.
  var allowed: String {
    switch self {
    case .flag: "true or false"
    case .word(let words): Self.either(words)
    case .words(let words, let alone):
      "one or more of \(words.joined(separator: ", "))" + (alone.map { "; or \($0)" } ?? "")
    case .whole(let range, let unit, let other):
      (other.map { "\($0), or " } ?? "") + "\(range.lowerBound) to \(range.upperBound)"
        + (unit.isEmpty ? "" : " " + unit)
    case .choice(_, let allowed): allowed
    case .decimal(let range, let isFromFirst, let unit):
      (isFromFirst ? "\(Self.short(range.lowerBound)) to" : "above \(Self.short(range.lowerBound)) and up to")
        + " \(Self.short(range.upperBound)) \(unit)"
    case .rate(let range, let noun):
      "\(Rate.text(range.lowerBound)) to \(Rate.text(range.upperBound)) \(noun) a second, such as 500k; or none"
    case .indices(let noun): "numbers of \(noun)s, such as 0-3,5"
    case .text(let form): form.allowed
    case .list(let form): form.allowed
    case .rules: "rules, each as name=…,port=…,offset=…,bytes=… or as a mapping with these keys"
    }
  }

  private static func either(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
  }

  static func short(_ number: Double) -> String {
    number == number.rounded() ? String(Int(number)) : String(number)
  }

  /// What is wrong with one value, as the file has it; nil if nothing is.
  func fault(in text: String) -> String? {
    switch self {
    case .flag: text == "true" || text == "false" ? nil : refusal(of: text)
    case .word(let words): words.contains(text) ? nil : refusal(of: text, nearest: Nearest.word(to: text, among: words))
    case .words(let words, let alone): Self.fault(in: text, words: words, alone: alone) ?? nil
    case .whole(let range, _, let other):
      Self.whole(text).map { range.contains($0) || $0 == other } == true ? nil : refusal(of: text)
    case .choice(let numbers, _): Self.whole(text).map(numbers.contains) == true ? nil : refusal(of: text)
    case .decimal(let range, let isFromFirst, _):
      Self.decimal(text).map { range.contains($0) && (isFromFirst || $0 > range.lowerBound) } == true
        ? nil : refusal(of: text)
    case .rate(let range, _):
      text == "none" || Rate.parse(text).map(range.contains) == true ? nil : refusal(of: text)
    case .indices(let noun): Self.reason { _ = try IndexList(text, of: noun) }
    case .text(let form), .list(let form): Self.reason { try form.check(text) }
    case .rules: Self.reason { _ = try PolicyOptions.rule(argument: text) }
    }
  }

  private func refusal(of text: String, nearest: String? = nil) -> String {
    "'\(text)' is not allowed; \(nearest.map { "is \($0) meant? " } ?? "")\(allowed) can be used"
  }

  private static func fault(in text: String, words: [String], alone: String?) -> String? {
    guard text != alone else { return nil }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let wrong = parts.first(where: { !words.contains($0) }) else { return nil }
    return Self.words(words, alone: alone).refusal(of: wrong, nearest: Nearest.word(to: wrong, among: words))
  }

  private static func reason(_ check: () throws -> Void) -> String? {
    do {
      try check()
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func whole(_ text: String) -> Int? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    return digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  /// Without what else Swift takes for one: nan, 0x1p3.
  private static func decimal(_ text: String) -> Double? {
    text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) } ? Double(text) : nil
  }
}
