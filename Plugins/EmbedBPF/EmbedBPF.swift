import Foundation
import PackagePlugin

/// Turns `bpf/<name>.bpf.c` into a Swift file with the object's bytes, so that `swift build` alone
/// makes the whole program and a change of the C rebuilds it.
@main
struct EmbedBPF: BuildToolPlugin {
  /// Which target carries which program.
  static let programs = [
    "GeneratorProgram": "generator",
    "ReflectorProgram": "reflector",
    "RefusalsProgram": "refusals",
  ]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let name = Self.programs[target.name] else {
      Diagnostics.error("EmbedBPF: no BPF program is named for the target \(target.name)")
      return []
    }
    let folder = context.package.directoryURL.appending(path: "bpf")
    let source = folder.appending(path: "\(name).bpf.c")
    let output = context.pluginWorkDirectoryURL.appending(path: "\(name).bpf.swift")
    return [
      .buildCommand(
        displayName: "Compiling BPF program \(name)",
        executable: try context.tool(named: "embed-bpf").url,
        arguments: [
          try context.tool(named: "clang").url.path, source.path, "\(name)Object", output.path,
        ],
        inputFiles: [source] + headers(in: folder),
        outputFiles: [output])
    ]
  }

  /// Every header counts as an input of every program: a rebuild too many costs a second, one too few
  /// costs an afternoon.
  private func headers(in folder: URL) -> [URL] {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "h" }.sorted { $0.path < $1.path }
  }
}
