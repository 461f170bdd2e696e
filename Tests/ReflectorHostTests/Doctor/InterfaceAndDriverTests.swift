import LinuxSystem
import ReflectorXDP
import Testing
import XDPControl

@testable import ReflectorHost
@testable import XDPControl

/// The interface, its driver and the kernel, one thing wrong at a time.
@Suite struct InterfaceAndDriverTests {
  private let healthy = Examination.healthy
  private let veth = Examination.veth

  @Test func `an altname is resolved, and said`() {
    #expect(healthy.finding(.interface)?.value == "eth0, up, 02:00:00:00:00:01")
    let finding = healthy.finding(.interface) { $0.survey.requestedName = "enp1s0" }
    #expect(finding?.status == .ok && finding?.value.contains("enp1s0 is an altname of eth0") == true)
  }

  @Test func `an interface that is down fails, with the command, and nothing is said of its carrier`() {
    let finding = healthy.finding(.interface) { $0.survey.interface.isUp = false }
    #expect(finding?.status == .fail && finding?.remedy?.plain == "ip link set dev eth0 up")
    #expect(healthy.findings(.carrier) { $0.survey.interface.isUp = false } == [])
  }

  @Test func `tunnels and the loopback are no Ethernet`() {
    #expect(healthy.finding(.interface) { $0.survey.interface.hardwareAddress = nil }?.status == .fail)
    let zeros = HardwareAddress([0, 0, 0, 0, 0, 0])
    #expect(healthy.finding(.interface) { $0.survey.interface.hardwareAddress = zeros }?.status == .fail)
  }

  @Test func `without a carrier nothing arrives`() {
    #expect(healthy.finding(.carrier)?.value == "link, 1000 Mb/s")
    #expect(healthy.finding(.carrier) { $0.survey.speed = .absent }?.value == "link")
    #expect(healthy.finding(.carrier) { $0.survey.interface.hasCarrier = false }?.status == .fail)
  }

  @Test(arguments: [
    (1500, 4096, Finding.Status.ok), (3818, 4096, .ok), (3819, 4096, .warn), (1770, 2048, .ok), (1771, 2048, .warn),
  ])
  func `before Linux 6.6 frames of the MTU with two tags must fit a chunk`(
    mtu: UInt32, chunk: Int, status: Finding.Status
  ) {
    let finding = veth.finding(.mtu) {
      $0.survey.interface.mtu = mtu
      $0.setup.chunkSize = chunk
      $0.survey.kernel = .value(KernelRelease(6, 5))
    }
    #expect(finding?.status == status)
    if status == .warn { #expect(finding?.remedy?.ours?.contains("--chunk-size 4096") ?? (chunk == 4096)) }
  }

  @Test func `frames of several chunks are reflected, if it was attached for them`() {
    func finding(_ program: String?) -> Finding? {
      veth.finding(.mtu) {
        $0.survey.interface.mtu = 9000
        guard let program else { return }
        $0.setup.isRunning = true
        $0.survey.attachedProgram = .value(.init(id: 7, name: program, isOurs: true))
      }
    }
    #expect(finding(nil)?.status == .ok && finding(nil)?.value.contains("several chunks") == true)
    #expect(finding("reflector_frags")?.status == .ok)
    #expect(finding("reflector")?.status == .warn && finding("reflector")?.why.contains("was attached") == true)
  }

  @Test(arguments: [
    (nil, Configuration.Mode.auto, Finding.Status.warn), (1, .zeroCopy, .warn), (1, .copy, .ok), (8, .auto, .ok),
  ])
  func `a driver that takes one chunk a frame in zero-copy drops long ones`(
    segments: UInt32?, mode: Configuration.Mode, status: Finding.Status
  ) {
    let finding = veth.finding(.mtu) {
      $0.survey.interface.mtu = 9000
      var features = XDPFeatures.claiming([.basic, .redirect, .xskZeroCopy])
      features.zeroCopyMaximumSegments = segments
      $0.survey.xdpFeatures = .value(features)
      $0.setup.mode = mode
    }
    #expect(finding?.status == status)
    if status == .warn { #expect(finding?.remedy?.ours?.contains("--mode copy") == true) }
  }

  @Test func `the driver's limit is none for frames in several parts`() {
    func finding(_ actions: XDPFeatures.Actions, kernel: KernelRelease = KernelRelease(6, 6)) -> Finding? {
      healthy.finding(.driverMTU) {
        $0.survey.driver = .value(.named("ice"))
        $0.survey.interface.mtu = 9000
        $0.survey.kernel = .value(kernel)
        $0.survey.xdpFeatures = .value(.claiming(actions))
      }
    }
    #expect(finding([.basic, .receiveScatterGather])?.status == .ok)
    #expect(finding([.basic])?.status == .fail)
    #expect(finding([.basic, .receiveScatterGather], kernel: KernelRelease(6, 5))?.status == .fail)
  }

  @Test func `igb cuts long frames with small chunks`() {
    let finding = healthy.finding(.mtu) { $0.setup.chunkSize = 2048 }
    #expect(finding?.status == .warn && finding?.why.contains("igb cuts frames over 1024 bytes") == true)
  }

  @Test func `the driver's limit with XDP, on a veth that of the far end`() {
    #expect(healthy.finding(.driverMTU) { $0.survey.interface.mtu = 3046 }?.status == .ok)
    #expect(healthy.finding(.driverMTU) { $0.survey.interface.mtu = 3047 }?.status == .fail)
    #expect(healthy.findings(.driverMTU) { $0.setup.mode = .generic } == [])
    let large = VethPeer(interface: "tx0", namespace: "near", mtu: 9000, transmitChecksum: nil)
    let finding = veth.finding(.driverMTU) { $0.peer = .value(large) }
    #expect(finding?.status == .fail)
    #expect(finding?.remedy?.plain == "ip netns exec near ip link set dev tx0 mtu 1500")
    #expect(finding?.remedy?.ours == "reflector-xdp attach rx0 --netns far --mode generic")
  }

  @Test func `the kernel counts the FCS when it takes a zero-copy bind`() {
    func finding(_ mtu: UInt32) -> Finding? {
      healthy.finding(.mtu) {
        $0.survey.driver = .value(.named("mlx5_core"))
        $0.survey.interface.mtu = mtu
      }
    }
    #expect(finding(3814)?.status == .ok)
    #expect(finding(3815)?.status == .warn && finding(3815)?.remedy?.plain == "ip link set dev eth0 mtu 3814")
  }

  @Test func `channels that XDP leaves no room for`() {
    func finding(_ driver: String, _ inUse: Int, kernel: KernelRelease = KernelRelease(6, 18)) -> Finding? {
      healthy.finding(.xdpChannels) {
        $0.survey.driver = .value(.named(driver))
        $0.survey.channels = .value(.combined(inUse, of: 8))
        $0.survey.kernel = .value(kernel)
      }
    }
    #expect(finding("igb", 8) == nil)
    #expect(finding("ena", 4)?.status == .ok)
    #expect(finding("ena", 5)?.status == .fail && finding("ena", 5)?.remedy?.plain == "ethtool -L eth0 combined 4")
    #expect(finding("virtio_net", 8) == nil)
    #expect(finding("virtio_net", 5, kernel: KernelRelease(5, 10))?.status == .fail)
    #expect(finding("virtio_net", 4, kernel: KernelRelease(5, 10))?.status == .ok)
  }

  @Test func `a driver's name, firmware and place`() {
    #expect(healthy.finding(.driver)?.value == "igb, 0000:01:00.0")
    #expect(healthy.finding(.driver) { $0.survey.driver = .absent }?.value == "none")
    #expect(healthy.finding(.driver) { $0.survey.driver = .unknown("broken") }?.status == .unknown)
  }

  // MARK: Native XDP

  @Test func `native XDP: claimed, lacking, or not told`() {
    let check = Check.nativeXDP
    #expect(healthy.finding(check)?.status == .ok)
    let none = Reading.value(XDPFeatures.claiming([]))
    #expect(healthy.finding(check) { $0.survey.xdpFeatures = none }?.status == .warn)
    let demanded = healthy.finding(check) {
      $0.survey.xdpFeatures = none
      $0.setup.mode = .copy
    }
    #expect(demanded?.status == .fail && demanded?.remedy?.ours == "reflector-xdp attach eth0 --mode generic")
    // Before Linux 6.3 what is known of the driver has to do.
    #expect(healthy.finding(check) { $0.survey.xdpFeatures = .absent }?.value == "igb has it since Linux 5.10")
    let e1000e = healthy.finding(check) {
      $0.survey.xdpFeatures = .absent
      $0.survey.driver = .value(.named("e1000e"))
    }
    #expect(e1000e?.status == .warn)
    #expect(healthy.findings(.zeroCopy) { $0.survey.xdpFeatures = none } == [])
    let stranger = healthy.finding(check) {
      $0.survey.xdpFeatures = .absent
      $0.survey.driver = .value(.named("strange"))
    }
    #expect(stranger?.status == .unknown)
  }

  @Test func `a veth with fewer queues than its far end has no native XDP`() {
    func finding(_ queues: ReceiveQueues) -> Finding? {
      Examination.veth.finding(.nativeXDP) {
        $0.survey.xdpFeatures = .value(.claiming([]))
        $0.survey.receiveQueues = .value(queues)
      }
    }
    let few = finding(.inUse(1, of: 4))
    #expect(few?.status == .warn && few?.value.hasPrefix("none: the far end has more TX queues") == true)
    #expect(few?.remedy?.ours == "reflector-xdp tune rx0 --netns far")
    #expect(few?.remedy?.plain == "ip netns exec far ethtool -L rx0 rx 4 tx 4")
    // All that there are: only the far end can have fewer.
    #expect(finding(.inUse(1, of: 1))?.remedy == Remedy(plain: "ip netns exec near ethtool -L tx0 rx 1 tx 1"))
  }

  @Test func `a reflector that runs generic where native is to be had`() {
    let finding = Examination.running.finding(.nativeXDP) { examination in
      var later = Statistics.later
      later.attachMode = "generic"
      examination.run(.earlier, later)
    }
    #expect(finding?.status == .warn)
    #expect(Examination.running.finding(.nativeXDP)?.value == "attached natively")
  }

  // MARK: Zero-copy

  @Test func `zero-copy: claimed, lacking, or not told`() {
    let check = Check.zeroCopy
    #expect(healthy.finding(check)?.status == .ok)
    let native = Reading.value(XDPFeatures.claiming([.basic, .redirect]))
    let lacking = healthy.finding(check) { $0.survey.xdpFeatures = native }
    #expect(lacking?.status == .warn && lacking?.value == "the driver has none; igb has it since Linux 6.14")
    let demanded = healthy.finding(check) {
      $0.survey.xdpFeatures = native
      $0.setup.mode = .zeroCopy
    }
    #expect(demanded?.status == .fail)
    #expect(healthy.finding(check) { $0.survey.xdpFeatures = .absent }?.status == .ok)
    #expect(healthy.finding(check) { $0.survey.xdpFeatures = .unknown("no") }?.status == .unknown)
    #expect(veth.finding(check)?.status == .ok)
  }

  private static let virtio: [(VirtioFeatures, Finding.Status, String)] = [
    ([.accessPlatform, .ringReset], .ok, ""), ([.ringReset], .warn, "iommu_platform: the bind ends with EINVAL"),
    ([.accessPlatform], .warn, "queue_reset: the bind ends with ENOENT"),
    ([], .warn, "iommu_platform and queue_reset: the bind ends with EINVAL"),
  ]

  @Test(arguments: virtio)
  func `virtio_net claims zero-copy whatever it has`(features: VirtioFeatures, status: Finding.Status, text: String) {
    func examine(_ mode: Configuration.Mode) -> Finding? {
      healthy.finding(.zeroCopy) {
        $0.survey.driver = .value(.named("virtio_net"))
        $0.virtio = .value(features)
        $0.setup.mode = mode
      }
    }
    #expect(examine(.auto)?.status == status && examine(.auto)?.value.hasSuffix(text) == true)
    #expect(examine(.zeroCopy)?.status == (status == .ok ? .ok : .fail))
    if status != .ok { #expect(examine(.auto)?.remedy?.plain?.contains("virtio-net-pci") == true) }
  }

  @Test func `the features file of a virtio device`() {
    var text = String(repeating: "0", count: 64)
    #expect(VirtioFeatures(text) == [])
    for bit in [2, 33, 40] {
      let index = text.index(text.startIndex, offsetBy: bit)
      text.replaceSubrange(index...index, with: "1")
    }
    #expect(VirtioFeatures(text) == [.guestOffloadControl, .accessPlatform, .ringReset])
    #expect(VirtioFeatures("") == nil && VirtioFeatures("0102") == nil)
  }

  @Test func `sockets in copy mode though zero-copy is claimed`() {
    let finding = Examination.running.finding(.zeroCopy) { examination in
      var later = Statistics.later
      later.queues[2].bindMode = "copy"
      examination.run(.earlier, later)
    }
    #expect(finding?.status == .warn && finding?.value.hasPrefix("queue 2 bound in copy mode") == true)
    #expect(Examination.running.finding(.zeroCopy)?.value == "bound on every queue")
  }

  @Test func `in the kernel datapath nobody misses zero-copy, chunks or AF_XDP`() {
    let kernel = { (examination: inout Examination) in examination.setup.reflectsInKernel = true }
    #expect(Examination.running.finding(.zeroCopy, kernel)?.value == "not needed: the kernel datapath has no sockets")
    #expect(Examination.running.finding(.mtu, kernel)?.value == "1500")
    for check in [Check.afXDP, .hugePages, .memoryLock, .cpus, .smt, .transmitQueues] {
      #expect(Examination.running.finding(check, kernel) == nil, "\(check)")
    }
    let refused = Examination.running.finding(.xskDrops) { examination in
      var later = Statistics.later
      later.refused = nil
      examination.run(.earlier, later)
      examination.setup.reflectsInKernel = true
    }
    #expect(refused?.status == .unknown)
  }

  @Test func `what is known of drivers is in order, each once`() {
    let names = DriverKnowledge.all.map(\.name)
    #expect(names == Array(Set(names)).sorted())
  }

  // MARK: Kernel

  @Test func `the kernel, and what of it may be missing`() {
    #expect(healthy.finding(.kernel)?.value == "Linux 6.18")
    #expect(healthy.finding(.kernel) { $0.survey.kernel = .value(KernelRelease(5, 11)) }?.status == .warn)
    for check in [Check.afXDP, .bpf] {
      func finding(_ presence: XDPProbe.Presence) -> Finding? {
        healthy.finding(check) {
          $0.survey.afXDP = .value(presence)
          $0.survey.bpf = .value(presence)
        }
      }
      #expect(finding(.present)?.status == .ok)
      #expect(finding(.absent)?.status == .fail)
      let refused = finding(.notPermitted)
      #expect(refused?.status == .unknown && refused?.value.contains(check == .bpf ? "CAP_BPF" : "CAP_NET_RAW") == true)
    }
    #expect(healthy.finding(.bpfFileSystem)?.status == .ok)
    let missing = healthy.finding(.bpfFileSystem) { $0.survey.hasBPFFileSystem = .value(false) }
    #expect(missing?.status == .warn && missing?.remedy?.plain == "mount -t bpf bpf /sys/fs/bpf")
  }

  @Test func `a refusal of the verifier's is told until a program is taken`() {
    #expect(healthy.finding(.verifier)?.status == .ok)
    let refusal = VerifierLog.Refusal(path: "/run/x", verdict: "R1 invalid mem access 'scalar'", secondsAgo: 7200)
    let finding = healthy.finding(.verifier) { $0.verifierLog = .value(refusal) }
    #expect(finding?.status == .fail && finding?.value == "refused 2 h ago: R1 invalid mem access 'scalar'")
    #expect(healthy.finding(.verifier) { $0.verifierLog = .unknown("open: EACCES") }?.status == .unknown)
  }
}
