import AFXDP
import CReflectorABI
import FakeKernel
import Testing

@testable import ReflectorEngine

/// Turns every byte over; refuses frames whose first byte is 0xff. Twice gives the frame back, so a
/// frame that went through twice would show.
struct Inverting: FrameReflector {
  func reflect(_ frame: inout MutableRawSpan) -> Bool {
    if frame.bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == 0xff { return false }
    for i in 0..<frame.byteCount {
      frame.storeBytes(of: ~frame.bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self), toByteOffset: i, as: UInt8.self)
    }
    return true
  }
}

/// A worker's slot of the map, as plain memory.
final class Slot: @unchecked Sendable {
  let pointer = UnsafeMutablePointer<reflector_worker>.allocate(capacity: 1)

  init() {
    pointer.initialize(to: reflector_worker())
  }

  deinit {
    pointer.deallocate()
  }

  var tally: WorkerTally { WorkerCounters.read(pointer) }
}

func configuration(
  frames: UInt32 = 64, txEntries: UInt32? = nil, rxEntries: UInt32? = nil, bindMode: BindMode = .copy,
  multiBuffer: Bool = false
) -> XSKConfiguration {
  var configuration = XSKConfiguration(interfaceIndex: 1, queue: 2)
  configuration.frames = frames
  configuration.chunkSize = .bytes2048
  configuration.txEntries = txEntries
  configuration.rxEntries = rxEntries
  configuration.bindMode = bindMode
  configuration.multiBuffer = multiBuffer
  return configuration
}

func makeWorker(
  _ kernel: FakeKernel, _ slot: Slot, _ configuration: XSKConfiguration = configuration(), batch: UInt32 = 64
) throws -> QueueWorker<FakeKernel, Inverting> {
  let xsk = try XSK.open(configuration, kernel: kernel)
  let counters = WorkerCounters(
    slot.pointer, queue: configuration.queue, cpu: nil, frames: configuration.frames, bindMode: xsk.bindMode)
  var options = WorkerOptions()
  options.batch = batch
  return QueueWorker(xsk, reflector: Inverting(), counters: counters, options: options)
}

/// Frame number `n`, 60 bytes. What comes back is its inverse.
func numbered(_ n: UInt32) -> [UInt8] {
  [UInt8](repeating: 0, count: 4) + withUnsafeBytes(of: n.bigEndian) { Array($0) } + [UInt8](repeating: 7, count: 52)
}

/// The numbers of the frames that left, each checked byte for byte.
func numbersSent(_ kernel: FakeKernel) throws -> [UInt32] {
  try kernel.sent.map { inverse in
    let frame = inverse.map { ~$0 }
    let n = frame[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    try #require(frame == numbered(n))
    return n
  }
}

/// Frame number `n` in so many parts. What comes back has its first part inverted.
func chain(_ n: UInt32, _ parts: Int) -> [[UInt8]] {
  [numbered(n)]
    + (1..<max(parts, 1)).map { part in [UInt8](repeating: UInt8(truncatingIfNeeded: part), count: part + 1) }
}

/// The numbers of the frames that left, each checked byte for byte.
func numbersSent(_ kernel: FakeKernel, parts: (UInt32) -> Int) throws -> [UInt32] {
  try kernel.sent.map { bytes in
    let first = bytes.prefix(60).map { ~$0 }
    let n = first[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    try #require(Array(first + bytes.dropFirst(60)) == Array(chain(n, parts(n)).joined()), "frame \(n)")
    return n
  }
}
