import LinuxSystem
import SystemPackage
import Testing

@Suite struct InterruptTests {

  @Test(arguments: [
    ("eth0-TxRx-3", 3, InterruptQueue.Direction.both), ("i40e-eth0-TxRx-0", 0, .both), ("ice-eth0-TxRx-12", 12, .both),
    ("eth0-rx-1", 1, .receive), ("eth0-tx-1", 1, .transmit), ("enp1s0f0-rx-0", 0, .receive),
    ("eth0:rx-2", 2, .receive), ("eth0-rxtx-1", 1, .both), ("eth0-rxtx1", 1, .both),
    ("ena-Tx-Rx-2@pci:0000:00:05.0", 2, .both), ("eth0-Tx-Rx-7", 7, .both),
    ("mlx5_comp0@pci:0000:01:00.0", 0, .both), ("mlx5_comp11@pci:0000:01:00.1", 11, .both),
    ("virtio0-input.0", 0, .receive), ("virtio12-output.3", 3, .transmit),
    ("eth0-fp-2", 2, .both), ("eth0-q1-rx", 1, .receive), ("eth0-q0-tx", 0, .transmit),
  ])
  func `an interrupt's name tells its queue`(name: String, index: Int, direction: InterruptQueue.Direction) {
    #expect(InterruptQueue(ofInterrupt: name) == InterruptQueue(index: index, direction: direction))
  }

  @Test(arguments: [
    "", "eth0", "virtio0-config", "virtio0-control", "virtio1-req.0", "mlx5_async0@pci:0000:01:00.0", "eth0-0",
    "nvme0q1", "rtc0", "eth0-rx-", "eth0-rx", "ttyS0", "rx", "eth0-qx-rx", "i40e-0000:01:00.0:misc", "-", "@",
    "eth0-rx-99999999999999999999",
    // Xen's word for a queue is `q0`.
    "eth0-x0-rx",
  ])
  func `others aren't for a queue`(name: String) {
    #expect(InterruptQueue(ofInterrupt: name) == nil)
  }

  /// An x86 machine with igb, a shared line and a line nobody asked for.
  private static let x86 = """
               CPU0       CPU1
      8:          0          0  IR-IO-APIC    8-edge      rtc0
      9:          0          0  IR-IO-APIC    9-fasteoi   acpi
     16:          3          0  IR-IO-APIC   16-fasteoi   uhci_hcd:usb1, eth1
     24:          0          0  DMAR-MSI    0-edge      dmar0
    125:          0          0  IR-PCI-MSIX-0000:01:00.0    0-edge      eth0
    126:   92838311          0  IR-PCI-MSIX-0000:01:00.0    1-edge      eth0-TxRx-0
    127:          0   88123411  IR-PCI-MSIX-0000:01:00.0    2-edge      eth0-TxRx-1
    128:          0          0  IR-PCI-MSI 327680-edge      xhci_hcd
    129:          0          0  IR-PCI-MSIX-0000:02:00.0    1-edge
    NMI:          0          0   Non-maskable interrupts
    LOC:   12345678   12345678   Local timer interrupts
    ERR:          0

    """

  @Test func `names in x86's table`() {
    let names = InterruptTable.names(Self.x86)
    #expect(
      names == [
        8: "rtc0", 9: "acpi", 16: "uhci_hcd:usb1, eth1", 24: "dmar0", 125: "eth0", 126: "eth0-TxRx-0",
        127: "eth0-TxRx-1", 128: "xhci_hcd",
      ])
  }

  @Test func `names in ARM's table`() {
    let names = InterruptTable.names(
      """
                 CPU0       CPU1       CPU2       CPU3
       11:    1203040    1100200     998000     997100     GICv3  27 Level     arch_timer
       49:       1203          0          0          0   ITS-MSI 524289 Edge      mlx5_comp0@pci:0000:01:00.0
       50:          0          0          0          0   ITS-MSI 524290 Edge    
       51:          0          5          0          0  GICv2m-PCI-MSIX-0000:00:02.0   1 Edge      virtio0-input.0
      IPI0:      3321       2210       1100       2200       Rescheduling interrupts

      """)
    #expect(names == [11: "arch_timer", 49: "mlx5_comp0@pci:0000:01:00.0", 51: "virtio0-input.0"])
  }

  @Test(arguments: ["", "\n", "CPU0\n", "CPU0\n 1:\n", "CPU0\n 1: 5\n", "CPU0\n : 5 x 1-edge y\n", "x\n1-edge: 2\n"])
  func `tables that say nothing`(text: String) {
    #expect(InterruptTable.names(text).isEmpty)
  }

  @Test func `this machine's table is read whole`() throws {
    let text = try TextFile.read("/proc/interrupts", limit: 1 << 24)
    // By the last column, which is the name where it has no blank; awk's word against ours.
    let theirs = try Command.run(
      "awk", "NR > 1 && $1 ~ /^[0-9]+:$/ && $NF !~ /(^|-)(edge|level|fasteoi)$/i { print $1 $NF }", "/proc/interrupts")
    let names = InterruptTable.names(text)
    for line in theirs.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      let number = try #require(Int(parts[0]))
      #expect(names[number]?.hasSuffix(parts[1]) == true, "\(line)")
    }
  }

  @Test func `the lines of a PCI device, with names and CPUs`() throws {
    let tree = try FolderTree([
      "sys/class/net/eth0/device/msi_irqs/126": "msix\n", "sys/class/net/eth0/device/msi_irqs/127": "msix\n",
      "sys/class/net/eth0/device/msi_irqs/129": "msix\n", "sys/class/net/eth0/device/irq": "11\n",
      "proc/interrupts": Self.x86,
      "proc/irq/126/smp_affinity_list": "0-1\n", "proc/irq/126/effective_affinity_list": "0\n",
      "proc/irq/127/smp_affinity_list": "1\n", "proc/irq/127/effective_affinity_list": "1\n",
      "proc/irq/129/smp_affinity_list": "0-1\n", "proc/irq/129/effective_affinity_list": "\n",
    ])
    let found = try Interrupt.all(
      ofInterface: "eth0", sysfs: Sysfs(at: tree.path + "/sys"), procfs: Procfs(at: tree.path + "/proc"))
    #expect(
      found == [
        Interrupt(number: 126, name: "eth0-TxRx-0", allowedCPUs: [0, 1], effectiveCPUs: [0]),
        Interrupt(number: 127, name: "eth0-TxRx-1", allowedCPUs: [1], effectiveCPUs: [1]),
        Interrupt(number: 129, name: nil, allowedCPUs: [0, 1], effectiveCPUs: []),
      ])
    #expect(found?.map(\.queue?.index) == [0, 1, nil])
  }

  @Test func `a virtio device's lines are its PCI parent's, another's aren't`() throws {
    let files = [
      "sys/devices/pci/msi_irqs/38": "msix\n", "sys/devices/pci/virtio2/modalias": "virtio:d00000001v00001AF4\n",
      "sys/devices/pci/usb2/modalias": "usb:v0BDA\n", "sys/class/net/lo/mtu": "65536\n",
      "sys/devices/pci/legacy/irq": "16\n", "sys/devices/pci/none/irq": "0\n",
      "proc/interrupts":
        "  CPU0\n 38: 1 PCI-MSIX-0000:00:03.0 1-edge virtio2-input.0\n 16: 3 IO-APIC 16-fasteoi eth4\n",
      "proc/irq/38/smp_affinity_list": "0\n", "proc/irq/16/smp_affinity_list": "0\n",
    ]
    let tree = try FolderTree(
      files,
      links: [
        "sys/class/net/eth0/device": "../../../devices/pci/virtio2",
        "sys/class/net/eth1/device": "../../../devices/pci/usb2",
        "sys/class/net/eth4/device": "../../../devices/pci/legacy",
        "sys/class/net/eth5/device": "../../../devices/pci/none",
      ])
    func numbers(_ name: String) throws -> [String?]? {
      try Interrupt.all(
        ofInterface: name, sysfs: Sysfs(at: tree.path + "/sys"), procfs: Procfs(at: tree.path + "/proc")
      )?.map(\.name)
    }
    #expect(try numbers("eth0") == ["virtio2-input.0"])
    #expect(try numbers("eth4") == ["eth4"])
    for name in ["eth1", "eth5", "lo", "nope"] { #expect(try numbers(name) == nil, "\(name)") }
  }

  @Test func `an interrupt's CPUs are written as a list`() throws {
    let tree = try FolderTree(["proc/irq/38/smp_affinity_list": "0-7\n"])
    let procfs = try Procfs(at: tree.path + "/proc")
    try Interrupt.setAllowedCPUs([2, 3, 5], ofInterrupt: 38, in: procfs)
    #expect(try tree.read("proc/irq/38/smp_affinity_list").hasPrefix("2-3,5"))
    let error = try #require(throws: SystemCallError.self) {
      try Interrupt.setAllowedCPUs([2], ofInterrupt: 39, in: procfs)
    }
    #expect(error == SystemCallError("open irq/39/smp_affinity_list", .noSuchFileOrDirectory))
  }
}
