/// Descriptors in a NIC's rings, for each queue (ETHTOOL_MSG_RINGS_GET, `ethtool -g`). Not the AF_XDP rings.
package struct RingSizes: Hashable, Sendable {
  /// Nil where the driver has no such ring to size.
  package var receive: Int?
  package var transmit: Int?
  package var receiveMaximum: Int?
  package var transmitMaximum: Int?

  package init(receive: Int?, transmit: Int?, receiveMaximum: Int?, transmitMaximum: Int?) {
    self.receive = receive
    self.transmit = transmit
    self.receiveMaximum = receiveMaximum
    self.transmitMaximum = transmitMaximum
  }
}
