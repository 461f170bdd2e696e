import Foundation
import TestSupport

/// What the kernel says, whatever the program under test claims. Asked with iproute2 and bpftool.
enum KernelState {
  /// The XDP program on an interface.
  struct Program: Equatable {
    let id: Int
    let isGeneric: Bool
  }

  static func program(on end: LabEnd) throws -> Program? {
    let text = try runChecked(["ip", "-n", end.namespace, "-json", "-details", "link", "show", "dev", end.interface])
    guard let link = (try jsonObject(text) as? [[String: Any]])?.first else { throw TestFailure("ip printed \(text)") }
    guard let xdp = link["xdp"] as? [String: Any], let program = xdp["prog"] as? [String: Any] else { return nil }
    guard let id = program["id"] as? Int, let mode = xdp["mode"] as? Int else {
      throw TestFailure("ip printed \(text)")
    }
    return Program(id: id, isGeneric: mode == 2)  // XDP_ATTACHED_SKB
  }

  /// The id of the BPF link that a program hangs on.
  static func link(ofProgram id: Int) throws -> Int {
    let links = try jsonObject(runChecked(["bpftool", "-j", "link", "show"])) as? [[String: Any]] ?? []
    guard let link = links.first(where: { $0["prog_id"] as? Int == id })?["id"] as? Int else {
      throw TestFailure("no link of program \(id): \(links)")
    }
    return link
  }

  /// Whether a program with this id still exists anywhere.
  static func isLoaded(_ id: Int) throws -> Bool {
    try run(["bpftool", "prog", "show", "id", "\(id)"]).status == 0
  }

  /// The pins of one lab, whoever made them.
  static func pins(of lab: NetnsLab) -> [String] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: ReflectorCommand.pinDirectory)) ?? []
    return folders.filter { $0.hasSuffix("@" + lab.reflector.namespace) }
  }

  /// The counters of the XDP program, added up over all CPUs, as bpftool reads them by their BTF names.
  static func counters(pinnedIn folder: String) throws -> [String: UInt64] {
    let text = try runChecked(["bpftool", "-j", "map", "dump", "pinned", folder + "/counters"])
    guard let entry = (try jsonObject(text) as? [[String: Any]])?.first,
      let formatted = entry["formatted"] as? [String: Any], let values = formatted["values"] as? [[String: Any]]
    else { throw TestFailure("no BTF in what bpftool printed: \(text)") }
    var sums: [String: UInt64] = [:]
    for value in values {
      for (name, count) in value["value"] as? [String: UInt64] ?? [:] { sums[name, default: 0] += count }
    }
    return sums
  }
}
