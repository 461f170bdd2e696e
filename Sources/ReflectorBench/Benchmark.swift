import Glibc
import LinuxSystem

/// One run of the benchmark: how fast the reflector is, against others in the same minute.
package enum Benchmark {
  /// Everything that was asked for. Whatever it makes is gone when it returns or throws.
  ///
  /// Belongs to the main thread, before any other is started: it sets the process's signals up.
  ///
  /// - Parameter say: is given a line for whoever waits; true: it says what is left out, and why.
  package static func run(
    _ request: BenchRequest, say: @escaping (String, _ isImportant: Bool) -> Void
  ) throws(BenchError) -> Report {
    Interruption.install()
    LiveFrames.prepareSignals()
    do {
      var session = try BenchSession(request, say: say)
      return try session.run()
    } catch let error as BenchError {
      throw error
    } catch {
      throw BenchError("\(error)", why: "the kernel refused it", remedy: "run as root on Linux 5.18 or later")
    }
  }
}
