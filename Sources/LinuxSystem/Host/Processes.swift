import SystemPackage

/// Other processes of this host.
package enum Processes {
  /// The lowest process id with that name (`comm`, at most 15 characters); nil when there is none.
  ///
  /// EPERM where the host's processes don't show (`hidepid`, a container's own process ids): then nobody can say
  /// that there is none.
  package static func first(named name: String, in procfs: borrowing Procfs) throws(SystemCallError) -> Int? {
    // The parent of the kernel's threads has this number on every host, and no container has such a process.
    guard try procfs.files.value("2/comm") == "kthreadd" else {
      throw SystemCallError("look at the host's processes", .notPermitted)
    }
    for id in (try procfs.files.names(in: ".") ?? []).compactMap({ Int($0) }).sorted() {
      // A process that ends meanwhile, or may not be looked at, is another's.
      if let comm = try? procfs.files.value("\(id)/comm"), comm == name { return id }
    }
    return nil
  }
}
