/// How long a NIC may hold interrupts back (ETHTOOL_MSG_COALESCE_GET, `ethtool -c`). Nil: the driver has no such
/// setting.
package struct Coalescing: Hashable, Sendable {
  /// Microseconds after a frame; 0 for at once.
  package var receiveMicroseconds: UInt32?
  package var receiveFrames: UInt32?
  package var transmitMicroseconds: UInt32?
  package var transmitFrames: UInt32?
  /// The driver, or the NIC, changes the above by the load.
  package var isReceiveAdaptive: Bool?
  package var isTransmitAdaptive: Bool?

  package init(
    receiveMicroseconds: UInt32? = nil, receiveFrames: UInt32? = nil, transmitMicroseconds: UInt32? = nil,
    transmitFrames: UInt32? = nil, isReceiveAdaptive: Bool? = nil, isTransmitAdaptive: Bool? = nil
  ) {
    self.receiveMicroseconds = receiveMicroseconds
    self.receiveFrames = receiveFrames
    self.transmitMicroseconds = transmitMicroseconds
    self.transmitFrames = transmitFrames
    self.isReceiveAdaptive = isReceiveAdaptive
    self.isTransmitAdaptive = isTransmitAdaptive
  }
}
