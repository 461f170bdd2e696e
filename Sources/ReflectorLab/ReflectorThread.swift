import LinuxSystem

/// The thread that a reflector is attached from: it stays in the reflector's namespace until the
/// reflector has been stopped, and then ends.
final class ReflectorThread {
  private var thread: PosixThread?
  private let start = Handover<Result<String?, LabError>>()
  private let end = Handover<Void>()
  private let outcome = Handover<Result<Void, LabError>>()

  init(_ place: LabPlace, _ attach: @escaping Lab.Attach) throws(LabError) {
    let (start, end, outcome) = (start, end, outcome)
    thread = try doing("start a thread") { () throws(SystemCallError) in
      try PosixThread(name: "lab-reflector") {
        let reflector: any LabReflector
        do {
          try AnonymousNamespace.enter(place.namespace)
          reflector = try attach(place)
        } catch {
          start.put(.failure(error as? LabError ?? .reflector(error)))
          return
        }
        start.put(.success(reflector.summary))
        end.take()
        outcome.put(Result { try reflector.stop() }.mapError { .reflector($0) })
      }
    }
  }

  /// Waits until the reflector is attached, and gives its summary; throws if it couldn't be.
  func started() throws(LabError) -> String? {
    try start.take().get()
  }

  /// Stops the reflector and says what became of that. To be called once, after ``started()``.
  func stop() throws(LabError) {
    end.put(())
    try outcome.take().get()
  }

  /// Stops the reflector if nobody has, and waits for the thread.
  deinit {
    end.put(())
    thread.take()?.join()
  }
}
