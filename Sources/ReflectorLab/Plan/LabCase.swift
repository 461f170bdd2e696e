/// One cell of the matrix: frames of one protocol and one size.
package struct LabCase: Hashable, Sendable {
  package let `protocol`: LabProtocol
  /// Of the frame on the wire without FCS, tags included, in bytes.
  package let size: Int

  package init(_ protocol: LabProtocol, size: Int) {
    self.protocol = `protocol`
    self.size = size
  }
}
