import ArgumentParser
import ReflectorXDP

/// Where an interface is, and where its pins are: the same for every command that names one.
struct InterfaceOptions: ParsableArguments {
  @Argument(
    help: "The interface: its name or an altname.", completion: .shellCommand("ls /sys/class/net 2> /dev/null"))
  var interface: String

  @OptionGroup var place: NamespaceOptions

  /// What a shell makes of a variable that isn't set.
  func validate() throws {
    if interface.isEmpty { throw ValidationError("the interface's name is empty") }
    if place.netns?.isEmpty == true { throw ValidationError("the name of --netns is empty") }
  }
}

struct NamespaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Look for interfaces in this network namespace.", valueName: "name"),
    completion: .namespaces)
  var netns: String?

  @Option(
    help: ArgumentHelp("Folder below which the maps are pinned (on a BPF file system).", valueName: "dir"),
    completion: .directory)
  var pinDir: String = Configuration.defaultPinDirectory
}

extension CompletionKind {
  /// The names that `ip netns` knows.
  static var namespaces: CompletionKind { .shellCommand("ls /run/netns 2> /dev/null") }
}
