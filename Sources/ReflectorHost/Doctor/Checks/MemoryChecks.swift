internal import LinuxSystem

/// Memory for the UMEMs, and the rights that attaching takes.
enum MemoryChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    (examination.setup.reflectsInKernel ? [] : hugePages(examination) + memoryLock(examination))
      + capabilities(examination)
  }

  private static func hugePages(_ examination: Examination) -> [Finding] {
    examination.survey.hugePages.finding(on: .hugePages) { pages in
      let needed = (examination.setup.memory + pages.pageSize - 1) / pages.pageSize
      let value = "\(pages.free) of \(pages.total) free, \(mebibytes(pages.pageSize)) each"
      guard examination.setup.hugePages else { return .ok(.hugePages, value + "; not asked for") }
      guard pages.free < needed, !examination.setup.isRunning else { return .ok(.hugePages, value) }
      return .warn(
        .hugePages, value + "; \(needed) are needed", why: "Without them attach falls back to pages of 4 KiB.",
        examination.commands.tune(
          "sysctl -w vm.nr_hugepages=\(pages.total + needed - pages.free)",
          only: examination.survey.isVirtualDevice ? "huge-pages" : nil))
    }
  }

  /// CAP_IPC_LOCK is a way around the limit. Where doctor itself runs without the rights to attach, its limit
  /// says nothing of who will.
  private static func memoryLock(_ examination: Examination) -> [Finding] {
    guard !examination.setup.isRunning else { return [] }
    return examination.survey.memoryLock.finding(on: .memoryLock) { limit in
      let needed = examination.setup.memory
      guard let rights = examination.survey.capabilities.value else {
        return .unknown(.memoryLock, "the limit is \(text(limit)); whether CAP_IPC_LOCK lifts it isn't known")
      }
      if rights.has(.ipcLock) { return .ok(.memoryLock, "no limit for this user (CAP_IPC_LOCK)") }
      if limit.map({ $0 >= UInt64(needed) }) ?? true {
        return .ok(.memoryLock, "\(text(limit)), \(mebibytes(needed)) needed")
      }
      guard rights.has(.netAdmin) else { return nil }
      return .fail(
        .memoryLock, "\(text(limit)), \(mebibytes(needed)) needed",
        Remedy(
          ours: examination.commands.ours("attach", "--frames 64"), plain: "ulimit -l \((needed + 1023) / 1024)"))
    }
  }

  private static func text(_ limit: UInt64?) -> String {
    limit.map { mebibytes(Int(clamping: $0)) } ?? "unlimited"
  }

  private static func mebibytes(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
  }

  private static func capabilities(_ examination: Examination) -> [Finding] {
    examination.survey.capabilities.finding(on: .capabilities) { rights in
      let sockets: [Capabilities.Capability] = examination.setup.reflectsInKernel ? [] : [.netRaw]
      let needed: [Capabilities.Capability] = [.netAdmin] + sockets + [.bpf, .sysAdmin]
      let lacking = needed.filter { !rights.has($0) && !($0 == .bpf && rights.has(.sysAdmin)) }
      guard !lacking.isEmpty else { return .ok(.capabilities, "all that attach uses") }
      return .warn(
        .capabilities, "this user lacks " + lacking.map(\.description).joined(separator: ", "),
        Remedy(ours: "sudo " + examination.commands.ours("attach")))
    }
  }
}
