import SystemPackage

/// Other processes of this host.
package enum Processes {
  /// The lowest process id with that name (`comm`, at most 15 characters); nil when there is none.
  ///
  /// EPERM where the processes of others don't show (`hidepid`, a sandbox): then nobody can say that there is none.
  package static func first(named name: String, in procfs: borrowing Procfs) throws(SystemCallError) -> Int? {
    let ids = (try procfs.files.names(in: ".") ?? []).compactMap { Int($0) }.sorted()
    guard ids.first == 1 else { throw SystemCallError("look at the processes of others", .notPermitted) }
    for id in ids {
      // A process that ends meanwhile, or may not be looked at, is another's.
      if let comm = try? procfs.files.value("\(id)/comm"), comm == name { return id }
    }
    return nil
  }
}
