import Glibc

/// Runs `body` on a thread of its own, and waits for it to end.
///
/// Entering a namespace is for the whole life of a thread: on one of Swift concurrency's it would be the
/// next test that runs in it.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
  let job = Job(body)
  var thread = pthread_t()
  let error = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<AnyJob>.fromOpaque(argument).takeUnretainedValue().run() }
      return nil
    }, Unmanaged.passUnretained(job as AnyJob).toOpaque())
  guard error == 0 else { throw ThreadFailure(errno: error) }
  pthread_join(thread, nil)
  guard let result = job.result else { throw ThreadFailure(errno: 0) }
  return try result.get()
}

struct ThreadFailure: Error {
  let errno: CInt
}

private class AnyJob {
  func run() {}
}

private final class Job<Value: Sendable>: AnyJob {
  private let body: @Sendable () throws -> Value
  private(set) var result: Result<Value, any Error>?

  init(_ body: @escaping @Sendable () throws -> Value) {
    self.body = body
  }

  override func run() {
    result = Result(catching: body)
  }
}
