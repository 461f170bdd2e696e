import CBPF
import Glibc
import LinuxSystem
import XDPControl

/// Puts one subject after the other on the lab's far end, each for as long as something is measured with it.
struct Subjects: ~Copyable {
  let lab: BenchLab
  private let executable: String
  /// Of the workers, in the order of the queues.
  private let cpus: [Int]
  /// Where those threads may wait that don't forward.
  private let idleCPU: Int
  /// As testpmd says itself, once it ran.
  private(set) var dpdkVersion: String?

  init(lab: consuming BenchLab, executable: String, cpus: [Int], idleCPU: Int) {
    self.lab = lab
    self.executable = executable
    self.cpus = cpus
    self.idleCPU = idleCPU
    dpdkVersion = nil
  }

  /// A subject at work.
  struct Running: Sendable {
    /// Nil of a program that no process goes with.
    let process: pid_t?
    let meter: CPUMeter
  }

  /// Starts a subject, runs `body`, and ends it.
  ///
  /// - Parameters:
  ///   - program: of the kernel's limit.
  ///   - seconds: after which it ends by itself, should this process be gone by then.
  /// - Returns: what `body` did, and the subject's own totals, if it has any.
  mutating func with<Value>(
    _ setup: Setup, program: CInt, seconds: Int, _ body: (Running) throws -> Value
  ) throws -> (Value, ReflectorProcess.Totals?) {
    switch setup.subject {
    case .kernelLimit: (try withKernel(program, body), nil)
    case .testpmd: (try withTestpmd("", body), nil)
    case .testpmdWith(let options): (try withTestpmd(options, body), nil)
    case .xsk, .xskSpinning, .kernelDatapath, .with: try withReflector(setup, seconds: seconds, body)
    }
  }

  private func withKernel<Value>(_ program: CInt, _ body: (Running) throws -> Value) throws -> Value {
    let index = lab.reflectorIndex
    let link = try lab.insideReflector { try XDPLink(program: program, interfaceIndex: index, mode: .native) }
    let value = try body(Running(process: nil, meter: .nothing))
    // The link detaches when it goes: here, and not a moment earlier.
    _ = consume link
    return value
  }

  private func withReflector<Value>(
    _ setup: Setup, seconds: Int, _ body: (Running) throws -> Value
  ) throws -> (Value, ReflectorProcess.Totals?) {
    var reflector = try ReflectorProcess(
      executable: executable, lab: lab, setup: setup, cpus: cpus, duration: seconds)
    do {
      let meter = setup.subject.hasWorkers ? try meter(reflector.id) { $0.hasPrefix("xsk-") } : .nothing
      let value = try body(Running(process: reflector.id, meter: meter))
      return (value, try reflector.stop())
    } catch  where !(error is BenchError) && !reflector.isRunning {
      // Its files in /proc are gone.
      throw ReflectorProcess.ended
    }
  }

  private mutating func withTestpmd<Value>(
    _ options: String, _ body: (Running) throws -> Value
  ) throws -> Value {
    let index = lab.reflectorIndex
    defer {
      // It leaves its program attached.
      _ = try? lab.insideReflector { bpf_xdp_detach(index, 0, nil) }
    }
    var testpmd = try TestpmdProcess(lab: lab, cpu: cpus[0], idleCPU: idleCPU, options: options)
    dpdkVersion = testpmd.version
    do {
      let value = try body(Running(process: testpmd.id, meter: try meter(testpmd.id, TestpmdProcess.isWorker)))
      testpmd.stop()
      return value
    } catch  where !(error is BenchError) && !testpmd.isRunning {
      throw TestpmdProcess.ended
    }
  }

  /// A thread names itself, which may be a moment after its process says that it is at work.
  private func meter(_ process: pid_t, _ isWorker: (String) -> Bool) throws -> CPUMeter {
    for _ in 0..<100 {
      let workers = ProcessThreads.paths(of: process, where: isWorker)
      if !workers.isEmpty {
        return CPUMeter(workers: workers, softirqThreads: cpus.compactMap(KernelThread.softirq(cpu:)))
      }
      try Interruption.check()
      usleep(10_000)
    }
    throw BenchError(
      "process \(process) has no worker", why: "none of its threads is named like one",
      remedy: "a fault of the benchmark's, or threads have got other names")
  }
}
