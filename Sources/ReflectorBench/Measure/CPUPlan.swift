/// Who runs on which CPU.
struct CPUPlan: Sendable {
  /// Generator and worker have a CPU each: on a shared one they would measure the scheduler.
  let generator: Int
  let worker: Int
  /// All that may be used, ascending.
  let allowed: [Int]

  /// - Parameters: what was asked for; nil: the first two that may be used.
  init(generator: Int?, worker: Int?, allowed: [Int]) throws(BenchError) {
    guard let first = generator ?? allowed.first(where: { $0 != worker }),
      let second = worker ?? allowed.first(where: { $0 != first }), first != second
    else {
      throw BenchError(
        "generator and reflector need a CPU each", why: "\(allowed.count) may be used here",
        remedy: "run with two CPUs", status: 69)
    }
    self.generator = first
    self.worker = second
    self.allowed = allowed
  }

  /// A CPU for each queue, on which its generator and its worker take turns; nil where there aren't that many.
  ///
  /// veth chooses the queue of a frame by the CPU that sends it, modulo their number.
  func shared(queues: Int) -> [Int]? {
    let cpus = (0..<queues).compactMap { queue in allowed.reversed().first { $0 % queues == queue } }
    return cpus.count == queues ? cpus : nil
  }

  /// Of generators and of workers.
  func cpus(of setup: Setup) -> (generators: [Int], workers: [Int])? {
    if setup.sharesCPUs { return shared(queues: setup.queues).map { ($0, $0) } }
    return setup.queues == 1 ? ([generator], [worker]) : nil
  }
}
