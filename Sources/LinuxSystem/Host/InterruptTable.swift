/// Reading /proc/interrupts.
///
/// ```
///            CPU0       CPU1
///  38:          0       8245  PCI-MSIX-0000:00:03.0   1-edge      virtio2-input.0     (x86)
///  49:       1203          0  ITS-MSI 524289 Edge      eth0-TxRx-0                    (ARM)
/// NMI:          0          0   Non-maskable interrupts
/// ```
package enum InterruptTable {
  /// The name of each line that somebody has asked for. Several drivers may share one: `uhci_hcd:usb1, eth0`.
  package static func names(_ text: String) -> [Int: String] {
    let lines = text.split(separator: "\n")
    guard let header = lines.first else { return [:] }
    let cpus = header.split(separator: " ").count
    var names: [Int: String] = [:]
    for line in lines.dropFirst() {
      let fields = line.split(separator: " ")
      guard let first = fields.first, first.last == ":", let number = Int(first.dropLast()) else { continue }
      names[number] = name(fields.dropFirst(1 + cpus))
    }
    return names
  }

  /// What follows the trigger, which is either a word of its own or the end of the hardware's number: `1-edge`,
  /// `524289 Edge`. Controllers' names may have blanks, too, and so the trigger is what is looked for.
  private static func name(_ fields: ArraySlice<Substring>) -> String? {
    let trigger = fields.firstIndex { field in
      let word = field.drop { $0.isNumber }
      return triggers.contains(word.first == "-" ? word.dropFirst().lowercased() : field.lowercased())
    }
    guard let trigger, trigger + 1 < fields.endIndex else { return nil }
    return fields[(trigger + 1)...].joined(separator: " ")
  }

  private static let triggers: Set<String> = ["edge", "level", "fasteoi"]
}
