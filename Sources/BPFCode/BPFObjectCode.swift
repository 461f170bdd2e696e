/// A compiled BPF object, carried inside the executable so that it can't be lost or be of another
/// version than the program that loads it.
///
/// The bytes come from `bpf/*.bpf.c` by way of the build-tool plugin EmbedBPF.
package struct BPFObjectCode: Sendable {
  /// Length of the ELF object; the last word may be longer.
  package let byteCount: Int
  /// The object in little-endian words, which gives it the 8-byte alignment that libbpf wants.
  package let words: [UInt64]

  package init(byteCount: Int, words: [UInt64]) {
    self.byteCount = byteCount
    self.words = words
  }

  /// Lends the object's bytes.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeBufferPointer { (words) throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(words)[..<byteCount]))
    }
  }
}
