import Glibc
import ReflectorCore

/// What this process may do, from the bits that the kernel reports.
enum Capability: UInt64 {
  /// CAP_NET_ADMIN: load a networking program.
  case netAdmin = 12
  /// CAP_NET_RAW: open an AF_XDP socket.
  case netRaw = 13
  /// CAP_SYS_ADMIN: stands for CAP_BPF too.
  case sysAdmin = 21
  /// CAP_BPF: load a program at all, 5.8.
  case bpf = 39

  static let mayRunPrograms =
    (effective.contains(.bpf) || effective.contains(.sysAdmin)) && effective.contains(.netAdmin)
    && effective.contains(.netRaw)

  /// Whether a test run may say where a frame's first part ends: Linux 6.18.
  static let choosesFirstPart: Bool = {
    guard mayRunPrograms, let table = try? RuleTable([]) else { return false }
    let classifier = Classifier(mac: MACAddress(2, 0, 0, 0, 0, 1), oui: nil, table: table)
    guard let program = try? LoadedProgram.load(classifier, .xsk, multiBuffer: true) else { return false }
    return (try? program.run([UInt8](repeating: 0, count: 64), firstPart: 20)) != nil
  }()

  private static let effective: Set<Capability> = {
    guard let file = fopen("/proc/self/status", "re") else { return [] }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, CInt(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count == 2, words[0] == "CapEff:", let bits = UInt64(words[1], radix: 16) else { continue }
      let known: [Capability] = [.netAdmin, .netRaw, .sysAdmin, .bpf]
      return Set(known.filter { bits >> $0.rawValue & 1 == 1 })
    }
    return []
  }()
}
