/// Lends a C struct with every byte zero, its padding too.
///
/// For structs whose reader looks at all bytes, as libbpf does with its options (`bpf_…_opts`): it refuses
/// anything behind the last field that it knows. Swift leaves padding as it finds it. An initializer is enough
/// in a debug build, by luck, and not in a release. So the struct is never copied as a whole: `body` sets
/// fields where they are.
package func withZeroed<Struct, Result, Failure: Error>(
  _ type: Struct.Type, _ body: (UnsafeMutablePointer<Struct>) throws(Failure) -> Result
) throws(Failure) -> Result {
  let space = UnsafeMutableRawPointer.allocate(
    byteCount: MemoryLayout<Struct>.stride, alignment: MemoryLayout<Struct>.alignment)
  defer { space.deallocate() }
  space.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<Struct>.stride)
  return try body(space.bindMemory(to: Struct.self, capacity: 1))
}
