/// What the tester sends in one run.
struct Load: Hashable, Encodable, Sendable {
  /// Frames under way at most; a veth queue holds 256 and drops what comes then, so: under 200. Of no meaning with a
  /// rate.
  var window = 128
  /// Of each frame, with FCS.
  var size = 64
  /// Different pairs of source address and port, which take turns frame by frame.
  var conversations = 1
  /// Different /24 networks that the sources are in.
  var networks = 1
  /// Frames a second, by the clock and whatever comes back; 0: a frame is sent when one came back.
  var rate = 0

  var isPaced: Bool { rate > 0 }
}

/// What policy has to do for each frame.
enum PolicyWork: String, Encodable, Sendable {
  /// Nothing: no conversations are kept, nothing is limited.
  case none
  /// What it does where no option asks for more: conversations, and the guard against loops.
  case usual
  /// Every rate and list besides, none of which refuses anything here.
  case all

  /// Of `attach`.
  var options: [String] {
    switch self {
    case .none: ["--flows", "0"]
    case .usual: []
    case .all:
      [
        "--source-rate", "1G", "--source-bits", "1000G", "--total-rate", "1G", "--total-bits", "1000G", "--storm", "1G",
        "--allow", "any", "--deny", "198.51.100.0/24", "--deny", "02:00:5e:00:00:07", "--allow-destination", "any",
      ]
    }
  }
}

/// What reflects, as it was started.
struct Setup: Hashable, Sendable {
  let subject: Subject
  /// Rules of one's own, of which the test frame matches the last; 0: those that are built in.
  var rules = 0
  /// /24 networks in the list of allowed sources, from the first that a load's come from; 0: no list.
  var networks = 0
  var policy = PolicyWork.usual
  var queues = 1
  /// Each queue's generator and worker take turns on one CPU: as many CPUs as queues are in use, and no more.
  var sharesCPUs = false
}

/// What is measured once a round.
struct Case: Hashable, Sendable {
  let suite: Suite
  let setup: Setup
  let load: Load

  var subject: Subject { setup.subject }
}
