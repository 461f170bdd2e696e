import LinuxSystem

extension Interface {
  /// TX queues in use (the kernel's real_num_tx_queues), each a directory `class/net/NAME/queues/tx-N`: also
  /// while the interface is down. Nil where sysfs has none.
  ///
  /// Not as many as RX queues on every interface. A socket in copy mode on a queue without a TX queue of the
  /// same number receives, and never sends: the kernel answers each kick with 0 and takes nothing.
  package func realTransmitQueues(in sysfs: borrowing Sysfs) -> Int? {
    var count = 0
    while (try? sysfs.directory("class/net/\(name)/queues/tx-\(count)")) != nil { count += 1 }
    return count > 0 ? count : nil
  }
}
