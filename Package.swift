// swift-tools-version: 6.2
import PackageDescription

// One strict list of settings for every target of ours. Warnings are errors where CI or `make` asks
// for it, not for somebody who builds this package as a dependency with a newer compiler.
let strict = Context.environment["REFLECTOR_STRICT"] != nil
let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

// `make bench-micro` alone needs a benchmark package and what that one depends on. Nobody who builds or uses
// this package fetches them.
let isBenchmarking = Context.environment["REFLECTOR_BENCHMARKS"] != nil
let benchmarkPackages: [Package.Dependency] =
  isBenchmarking ? [.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])] : []
let benchmarkTargets: [Target] =
  isBenchmarking
  ? [
    .executableTarget(
      name: "Micro",
      dependencies: [
        "AFXDP", "MicroLoops", "MicroTurn", "ReflectorCore", .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Micro", swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ] : []

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "reflector-xdp",
  products: [
    .executable(name: "reflector-xdp", targets: ["reflector-xdp"]),
    .library(name: "ReflectorXDP", targets: ["ReflectorXDP"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ] + benchmarkPackages,
  targets: [
    // C that Swift sees: the shared header, libbpf, libmnl, libyaml, and the few calls Swift can't express.
    .systemLibrary(name: "CReflectorABI", path: "bpf/include"),
    .systemLibrary(name: "CGeneratorABI", path: "bpf/generator"),
    .systemLibrary(name: "CBPF", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
    .systemLibrary(name: "CMNL", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "CLinux"),

    // From the bottom up; a lower one never sees a higher one.
    .target(name: "ReflectorCore", swiftSettings: settings),
    .target(name: "LinuxSystem", dependencies: ["CLinux", system], swiftSettings: settings),
    .target(name: "AFXDP", dependencies: ["CLinux", "LinuxSystem", system], swiftSettings: settings),
    .target(name: "BPFCode", swiftSettings: settings),
    .target(name: "ReflectorProgram", dependencies: ["BPFCode"], swiftSettings: settings, plugins: ["EmbedBPF"]),
    .target(name: "RefusalsProgram", dependencies: ["BPFCode"], swiftSettings: settings, plugins: ["EmbedBPF"]),
    .target(
      name: "XDPControl",
      dependencies: [
        "BPFCode", "CBPF", "CMNL", "CLinux", "CReflectorABI", "LinuxSystem", "ReflectorCore", "ReflectorProgram",
        "RefusalsProgram", system,
      ],
      swiftSettings: settings),
    .target(
      name: "ReflectorEngine",
      dependencies: ["AFXDP", "CLinux", "CReflectorABI", "LinuxSystem", "ReflectorCore", system],
      swiftSettings: settings),
    .target(
      name: "ReflectorXDP",
      dependencies: [
        "AFXDP", "CReflectorABI", "LinuxSystem", "ReflectorCore", "ReflectorEngine", "XDPControl", system, log,
      ],
      swiftSettings: settings),
    // What of the host stands in a reflector's way, and what can be done about it: `doctor` and `tune`.
    .target(
      name: "ReflectorHost",
      dependencies: ["LinuxSystem", "ReflectorXDP", "XDPControl", system, log],
      swiftSettings: settings),
    .target(
      name: "ReflectorLab",
      dependencies: ["CLinux", "LinuxSystem", "ReflectorCore", "ReflectorXDP", "XDPControl", system, log],
      swiftSettings: settings),
    // What `bench` runs: the tester in BPF, and the reflector and others as its children.
    .target(name: "GeneratorProgram", dependencies: ["BPFCode"], swiftSettings: settings, plugins: ["EmbedBPF"]),
    .target(
      name: "ReflectorBench",
      dependencies: [
        "BPFCode", "CBPF", "CGeneratorABI", "CLinux", "GeneratorProgram", "LinuxSystem", "ReflectorCore",
        "ReflectorLab", "ReflectorPlot", "ReflectorXDP", "XDPControl", system,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "reflector-xdp",
      dependencies: [
        "CLinux", "CYAML", "LinuxSystem", "ReflectorBench", "ReflectorCore", "ReflectorHost", "ReflectorLab",
        "ReflectorXDP", "XDPControl", arguments, log, system,
      ],
      swiftSettings: settings),

    // Figures as pictures.
    .target(name: "ReflectorPlot", swiftSettings: settings),
    // The loops of the micro-benchmarks. The last two answer AF_XDP's system calls in the program they are
    // linked into, so only programs of their own have them.
    .target(
      name: "CMicro", path: "Benchmarks/CMicro", cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))]),
    .target(
      name: "MicroLoops", dependencies: ["CLinux", "CMicro", "LinuxSystem", "ReflectorCore", system],
      path: "Benchmarks/MicroLoops", swiftSettings: settings),
    .target(name: "CFakeCalls", dependencies: ["CMicro"], path: "Benchmarks/CFakeCalls"),
    .target(
      name: "MicroTurn",
      dependencies: [
        "AFXDP", "CFakeCalls", "CLinux", "CMicro", "CReflectorABI", "LinuxSystem", "MicroLoops", "ReflectorCore",
        "ReflectorEngine",
      ],
      path: "Benchmarks/MicroTurn", swiftSettings: settings),
    .executableTarget(
      name: "micro-probe", dependencies: ["AFXDP", "MicroLoops", "MicroTurn"], path: "Benchmarks/MicroProbe",
      swiftSettings: settings),

    // Compiles bpf/*.bpf.c with the toolchain's clang and embeds the object as Swift source.
    .plugin(name: "EmbedBPF", capability: .buildTool(), dependencies: ["embed-bpf"]),
    .executableTarget(name: "embed-bpf", swiftSettings: settings),

    // Tests, from the bottom up too.
    .testTarget(
      name: "ReflectorCoreTests", dependencies: ["ReflectorCore", "CReflectorABI"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "BPFProgramTests",
      dependencies: [
        "BPFCode", "CBPF", "CReflectorABI", "LinuxSystem", "ReflectorCore", "ReflectorProgram", system,
      ],
      swiftSettings: settings),
    // The kernel's half of the rings and the socket, played in memory.
    .target(
      name: "FakeKernel", dependencies: ["AFXDP", "CLinux", "LinuxSystem", system], path: "Tests/FakeKernel",
      swiftSettings: settings),
    .testTarget(
      name: "AFXDPTests", dependencies: ["AFXDP", "CLinux", "FakeKernel", "LinuxSystem", system],
      swiftSettings: settings),
    .testTarget(
      name: "ReflectorEngineTests",
      dependencies: [
        "AFXDP", "CLinux", "CReflectorABI", "FakeKernel", "LinuxSystem", "ReflectorCore", "ReflectorEngine",
        "XDPControl", system,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "XDPControlTests",
      dependencies: ["CBPF", "CLinux", "CMNL", "CReflectorABI", "LinuxSystem", "ReflectorCore", "XDPControl", system],
      swiftSettings: settings),
    .testTarget(
      name: "ReflectorXDPTests",
      dependencies: ["AFXDP", "CLinux", "CReflectorABI", "LinuxSystem", "ReflectorCore", "ReflectorXDP", "XDPControl"],
      swiftSettings: settings),
    .testTarget(
      name: "ReflectorHostTests",
      dependencies: ["CLinux", "LinuxSystem", "ReflectorCore", "ReflectorHost", "ReflectorXDP", "XDPControl", system],
      swiftSettings: settings),
    .testTarget(
      name: "ReflectorLabTests",
      dependencies: ["CLinux", "LinuxSystem", "ReflectorCore", "ReflectorLab", "ReflectorXDP", log],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "LinuxSystem", "ReflectorCore", "ReflectorHost", "ReflectorXDP", "XDPControl", "reflector-xdp", arguments,
        system,
      ],
      swiftSettings: settings),
    // Holds the manual page, README and their links to what is there.
    .testTarget(
      name: "DocumentationTests", dependencies: ["ReflectorHost", "reflector-xdp", arguments],
      swiftSettings: settings),
    .testTarget(
      name: "ReflectorPlotTests", dependencies: ["ReflectorCore", "ReflectorPlot"], swiftSettings: settings),
    .testTarget(
      name: "MicroTests", dependencies: ["CMicro", "MicroLoops", "ReflectorCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ReflectorBenchTests",
      dependencies: ["CGeneratorABI", "LinuxSystem", "ReflectorBench", "ReflectorCore", "ReflectorLab"],
      swiftSettings: settings),
    // Child processes, the agent that makes and checks frames with scapy, and the records that it all prints.
    .target(
      name: "TestSupport", path: "Tests/TestSupport", resources: [.copy("Scripts")], swiftSettings: settings),
    // Reads the machine code of the release executable.
    .testTarget(name: "MachineCodeTests", dependencies: ["TestSupport"], swiftSettings: settings),
    // Drives the executable, which `swift build --build-tests` builds beside it.
    .testTarget(name: "NetnsTests", dependencies: ["TestSupport"], swiftSettings: settings),
    // Drives it in a guest under QEMU, whose NICs' drivers do zero-copy: `make test-vm`.
    .testTarget(name: "VMTests", dependencies: ["TestSupport"], swiftSettings: settings),
  ] + benchmarkTargets
)
