import FoundationEssentials
import Glibc
import LinuxSystem
import SystemPackage

/// A child with one owner, who reads its output and doesn't outlive it.
///
/// It has a process group of its own: Ctrl+C comes to the owner only, who ends the child in order.
struct ChildProcess: ~Copyable {
  /// What it is started with.
  struct Command {
    var program: String
    var arguments: [String]
    /// Beside those of this process.
    var environment: [String: String] = [:]
    /// Its standard input is a pipe that ends with its owner; otherwise there is nothing to read.
    var hasInput = false
    /// What it says on standard error comes with the output; otherwise it goes where ours goes.
    var joinsErrors = false
  }

  let id: pid_t
  /// Its standard output.
  let output: OwnedDescriptor
  private let input: OwnedDescriptor
  /// As `waitpid` has it, once it has been waited for: from then on its id may be another's.
  private var ending: CInt?

  /// Starts a program, found in PATH if there is no slash in its name, in the calling thread's network namespace.
  init(_ command: Command) throws(SystemCallError) {
    let output = try Pipe()
    let input = try Pipe()
    id = try Self.spawn(
      command, output: output.writing.rawValue, input: command.hasInput ? input.reading.rawValue : nil)
    self.output = output.takeReading()
    self.input = input.takeWriting()
  }

  deinit {
    if ending == nil { Self.end(id) }
  }

  private struct Pipe: ~Copyable {
    let reading: OwnedDescriptor
    let writing: OwnedDescriptor

    init() throws(SystemCallError) {
      var ends: [CInt] = [-1, -1]
      try check("pipe") { pipe(&ends) }
      // Only this thread starts processes, so none gets in between.
      for end in ends { try check("fcntl FD_CLOEXEC") { fcntl(end, F_SETFD, FD_CLOEXEC) } }
      reading = OwnedDescriptor(ends[0])
      writing = OwnedDescriptor(ends[1])
    }

    consuming func takeReading() -> OwnedDescriptor { reading }
    consuming func takeWriting() -> OwnedDescriptor { writing }
  }

  private static func spawn(_ command: Command, output: CInt, input: CInt?) throws(SystemCallError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if command.joinsErrors { posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Group 0: a new one. Signals: none blocked, whatever this thread has blocked.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))

    let variables = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
    var arguments = ([command.program] + command.arguments).map { strdup($0) } + [nil]
    var environment = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var id = pid_t()
    let error = posix_spawnp(&id, command.program, &actions, &attributes, &arguments, &environment)
    guard error == 0 else { throw SystemCallError("posix_spawn \(command.program)", Errno(rawValue: error)) }
    return id
  }

  var isRunning: Bool {
    mutating get {
      if ending != nil { return false }
      var status: CInt = 0
      if waitpid(id, &status, WNOHANG) == id { ending = status }
      return ending == nil
    }
  }

  /// Asks it to end.
  mutating func interrupt() {
    if isRunning { kill(id, SIGINT) }
  }

  /// Waits for its end, for which it has three seconds, and returns its status: the exit status, or 128 and the number
  /// of the signal that ended it.
  mutating func wait() -> CInt {
    if isRunning { ending = Self.end(id) }
    let status = ending ?? 0
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  /// By asking, and when three seconds were of no use, without.
  @discardableResult
  private static func end(_ id: pid_t) -> CInt {
    var status: CInt = 0
    kill(id, SIGINT)
    for _ in 0..<300 {
      if waitpid(id, &status, WNOHANG) == id { return status }
      usleep(10_000)
    }
    kill(id, SIGKILL)
    while waitpid(id, &status, 0) == -1, Errno.current == .interrupted {}
    return status
  }
}
