import ArgumentParser
import FoundationEssentials

/// What `attach --help` says of an option, so that it stands in one place.
///
/// The parser's own description of a command (`--experimental-dump-help`) is the only way to ask it for one option. A
/// test holds it to be there for each key.
struct OptionHelp: Decodable {
  let name: String
  /// One or two sentences, without the default.
  let abstract: String
  let discussion: String
  let isRepeatable: Bool
  let isFlag: Bool

  /// Of each option of `attach`, in the order of its help.
  static let ofAttach: [OptionHelp] = {
    do {
      _ = try AttachCommand.parse(["--experimental-dump-help"])
      return []
    } catch {
      let dump = try? JSONDecoder().decode(Dump.self, from: Data(AttachCommand.message(for: error).utf8))
      return dump?.command.arguments ?? []
    }
  }()

  static func of(_ name: String) -> OptionHelp? { ofAttach.first { $0.name == name } }

  /// In one line: for schema and reference.
  var meaning: String {
    [abstract, discussion].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private struct Dump: Decodable {
    let command: Command

    struct Command: Decodable {
      let arguments: [OptionHelp]
    }
  }

  private enum CodingKeys: CodingKey {
    case preferredName, abstract, discussion, isRepeating, kind
  }

  private struct Name: Decodable {
    let name: String
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    // An argument by its place has none.
    name = try container.decodeIfPresent(Name.self, forKey: .preferredName)?.name ?? ""
    abstract = Self.withoutDefault(try container.decodeIfPresent(String.self, forKey: .abstract) ?? "")
    discussion = try container.decodeIfPresent(String.self, forKey: .discussion) ?? ""
    isRepeatable = try container.decodeIfPresent(Bool.self, forKey: .isRepeating) ?? false
    isFlag = try container.decodeIfPresent(String.self, forKey: .kind) == "flag"
  }

  private static func withoutDefault(_ text: String) -> String {
    guard let start = text.firstRange(of: " (default: ") else { return text }
    return String(text[..<start.lowerBound])
  }
}
