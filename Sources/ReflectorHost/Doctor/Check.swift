/// What `doctor` looks at. The raw values are names for programs: they stay.
///
/// In the order in which a frame meets them: the link, the driver, the kernel, the queues, the host, others.
package enum Check: String, CaseIterable, Sendable {
  // The interface.
  case interface
  case carrier
  case mtu
  case driverMTU = "driver_mtu"

  // The driver.
  case driver
  case nativeXDP = "native_xdp"
  case zeroCopy = "zero_copy"
  case xdpChannels = "xdp_channels"

  // The kernel.
  case kernel
  case afXDP = "af_xdp"
  case bpf
  case bpfFileSystem = "bpf_file_system"
  case verifier

  // Queues and what the NIC does to frames.
  case queues
  case transmitQueues = "transmit_queues"
  case rssTable = "rss_table"
  case hashFields = "hash_fields"
  case rings
  case coalescing
  case largeReceiveOffload = "lro"
  case hardwareGRO = "gro_hw"
  case vlanStripping = "vlan_stripping"
  case vlanFilter = "vlan_filter"
  case peerChecksum = "peer_checksum"
  case pause

  // The host.
  case interrupts
  case irqbalance
  case napi
  case cpus
  case governor
  case turbo
  case isolatedCPUs = "isolated_cpus"
  case smt
  case numa
  case hugePages = "huge_pages"
  case memoryLock = "memory_lock"
  case capabilities

  // Who else is there, and what went missing.
  case xdpProgram = "xdp_program"
  case xskSockets = "xsk_sockets"
  case nicDrops = "nic_drops"
  case xskDrops = "xsk_drops"
  case accounts
  case monitoring

  /// Why anybody should care, in one sentence.
  package var meaning: String {
    switch self {
    case .interface: "Test frames arrive on an Ethernet interface that is up."
    case .carrier: "Nothing arrives without a link."
    case .mtu: "A frame that doesn't fit one chunk takes several, where kernel and driver do that; else it is dropped."
    case .driverMTU: "Drivers refuse native XDP with an MTU that is too large for one page."
    case .driver: "What can be had is the driver's to give."
    case .nativeXDP: "Without XDP in the driver each frame goes through the stack's slow path first (generic)."
    case .zeroCopy: "In copy mode the kernel copies each frame twice."
    case .xdpChannels: "XDP takes TX queues of the driver's for itself."
    case .kernel: "AF_XDP with all that the reflector needs begins with Linux 5.12."
    case .afXDP: "Frames come to the reflector through AF_XDP sockets."
    case .bpf: "A BPF program tells test frames from others."
    case .bpfFileSystem: "The maps that stats and others read are pinned there."
    case .verifier: "A program that the verifier refuses can't be attached."
    case .queues: "Each queue has a socket and a worker of its own: too few leave CPUs idle, too many share one."
    case .transmitQueues: "A frame goes back by the TX queue of the same number."
    case .rssTable: "RSS decides on which queue a frame arrives; where no socket is, it goes to the host's stack."
    case .hashFields: "With the ports in the hash, the streams of one tester spread over the queues."
    case .rings: "Short RX rings overflow in a burst, before XDP sees the frames."
    case .coalescing: "The NIC may hold its interrupts back, and with them the frames."
    case .largeReceiveOffload: "Frames that LRO merged can't go back as they came."
    case .hardwareGRO: "Frames that the NIC merged can't go back as they came."
    case .vlanStripping: "A tag that the NIC took off is not on the frame that goes back."
    case .vlanFilter: "The NIC drops frames of a VLAN that nobody has on this port, and needn't count them."
    case .peerChecksum: "A veth's senders leave UDP checksums unfinished, and they come back so."
    case .pause: "A side that is asked to pause holds frames back, and the loss shows somewhere else."
    case .interrupts: "An interrupt that wanders takes its queue's cache along, and may meet a worker."
    case .irqbalance: "It moves interrupts that were pinned."
    case .napi: "Deferred interrupts suit busy polling; without it they hold frames back."
    case .cpus: "Workers run on CPUs that this process may use: a cpuset or taskset may leave some out."
    case .governor: "A CPU that clocks down between frames answers late."
    case .turbo: "Without it the CPUs are held at their nominal clock."
    case .isolatedCPUs: "On isolated CPUs nothing else interrupts a worker."
    case .smt: "Two threads of a core share it: each worker gets about half."
    case .numa: "Memory and CPUs of another node than the NIC's cost a hop for each frame."
    case .hugePages: "Huge pages save the NIC's and the CPU's address translation."
    case .memoryLock: "The UMEM is locked memory."
    case .capabilities: "Attaching takes rights."
    case .xdpProgram: "An interface has room for one XDP program."
    case .xskSockets: "A queue has room for one AF_XDP socket."
    case .nicDrops: "Frames that the NIC drops never come to XDP."
    case .xskDrops: "Frames dropped between the XDP program and the worker."
    case .accounts: "Accounts that don't balance mean frames lost in a way that nothing counted."
    case .monitoring: "Who looks only afterwards can't tell when it went wrong."
    }
  }

  /// What it takes to read it, where the kernel doesn't tell everybody.
  package var privilege: String? {
    switch self {
    case .afXDP: "CAP_NET_RAW"
    case .bpf, .xdpProgram: "CAP_BPF or CAP_SYS_ADMIN"
    case .xskSockets: "CAP_SYS_PTRACE"
    case .xskDrops, .accounts, .monitoring: "CAP_BPF and access to the pins (root)"
    case .bpfFileSystem: "search access to the folder"
    default: nil
    }
  }
}
