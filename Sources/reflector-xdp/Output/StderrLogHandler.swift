import Logging

/// Log lines for an operator: `warning: text key=value …` on stderr, one write each.
///
/// swift-log's own StreamLogHandler puts a time and a label in front, which journald and terminals add
/// better themselves.
struct StderrLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    Terminal.error("\(event.level): \(event.message)\(fields)\n")
  }
}
