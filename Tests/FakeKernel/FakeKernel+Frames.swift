import AFXDP
import CLinux
import Glibc
import SystemPackage

/// What the kernel does with frames.
extension FakeKernel {
  package var chunkSize: UInt64 {
    // The third field of xdp_umem_reg, as it was registered.
    guard let registration = options["XDP_UMEM_REG"] else { return 4096 }
    return registration.withUnsafeBytes { UInt64($0.loadUnaligned(fromByteOffset: 16, as: UInt32.self)) }
  }

  /// Takes up to so many chunks from the fill ring. In aligned mode their addresses are masked.
  package func takeFill(_ count: Int) {
    for _ in 0..<max(count, 0) {
      guard let address = fill?.consume(UInt64.self) else { return }
      guard address < UInt64(umem.count) else {
        complaints.append("fill ring: address \(address)")
        continue
      }
      held.append(address & ~(chunkSize - 1))
    }
  }

  /// Receives one frame. False if there is no chunk for it or no room on the RX ring.
  package func deliver(_ bytes: [UInt8]) -> Bool {
    if held.isEmpty { takeFill(1) }
    guard let chunk = held.last, let rx, rx.count < rx.size else { return false }
    held.removeLast()
    let address = chunk + 256
    UnsafeMutableRawBufferPointer(rebasing: umem[Int(address)..<Int(address) + bytes.count]).copyBytes(from: bytes)
    return rx.produce(xdp_desc(addr: address, len: UInt32(bytes.count), options: 0))
  }

  /// Receives one frame in several parts: all of it, or nothing and false.
  package func deliver(chain parts: [[UInt8]]) -> Bool {
    takeFill(parts.count - held.count)
    guard let rx, held.count >= parts.count, Int(rx.size - rx.count) >= parts.count else { return false }
    for (index, part) in parts.enumerated() { deliver(part, isContinued: index < parts.count - 1) }
    return true
  }

  /// Receives a part of a frame; for a chunk and room on the RX ring somebody has seen.
  package func deliver(_ bytes: [UInt8], isContinued: Bool) {
    if held.isEmpty { takeFill(1) }
    let address = held.removeLast() + 256
    UnsafeMutableRawBufferPointer(rebasing: umem[Int(address)..<Int(address) + bytes.count]).copyBytes(from: bytes)
    let descriptor = xdp_desc(addr: address, len: UInt32(bytes.count), options: isContinued ? 1 : 0)
    if rx?.produce(descriptor) != true { complaints.append("RX ring full") }
  }

  /// Hands over a descriptor as a kernel gone wrong would, in place of the chunk it holds.
  package func deliver(spoiled descriptor: (_ chunk: UInt64) -> xdp_desc) -> Bool {
    if held.isEmpty { takeFill(1) }
    guard let chunk = held.popLast(), let rx else { return false }
    return rx.produce(descriptor(chunk))
  }

  /// Takes up to so many descriptors from the TX ring and sends the frames that they end.
  package func transmit(_ count: Int) {
    for _ in 0..<count {
      guard takeDescriptor() else { break }
    }
    if completesAtOnce { complete(.max) }
  }

  /// Takes one frame off the TX ring, whole. False if there is none.
  private func takeFrame() -> Bool {
    let before = sent.count
    while sent.count == before { guard takeDescriptor() else { return false } }
    return true
  }

  private func takeDescriptor() -> Bool {
    guard let descriptor = tx?.consume(xdp_desc.self) else {
      if !started.addresses.isEmpty { complaints.append("half a frame on the TX ring") }
      return false
    }
    let (address, length) = (descriptor.addr, UInt64(descriptor.len))
    let isContinued = boundForChains && descriptor.options == 1
    guard descriptor.options == 0 || isContinued, length > 0, address < UInt64(umem.count),
      address & (chunkSize - 1) + length <= chunkSize, started.addresses.count < Int(Chain.longest)
    else {
      complaints.append("TX descriptor \(descriptor)")
      return true
    }
    started.bytes += umem[Int(address)..<Int(address + length)]
    started.addresses.append(address)
    guard !isContinued else { return true }
    sent.append(started.bytes)
    inFlight += started.addresses
    started = ([], [])
    return true
  }

  /// Puts up to so many of the descriptors in flight on the completion ring.
  package func complete(_ count: Int) {
    for _ in 0..<min(count, inFlight.count) {
      guard completion?.produce(inFlight.removeFirst()) == true else {
        complaints.append("completion ring full")
        return
      }
    }
  }

  package func kickTX(_ descriptor: CInt) -> Int {
    kicks += 1
    onKick()
    let scripted = kickScript.isEmpty ? nil : kickScript.removeFirst()
    if let errno = condition ?? scripted {
      // Copy mode's EBUSY: one frame taken, completed, and dropped.
      if errno == .resourceBusy, boundMode == .copy, takeFrame() {
        sent.removeLast()
        refusedFrames += 1
        if completesAtOnce { complete(.max) }
      }
      return fail(errno)
    }
    if pollsReceiverOnly, boundMode == .zeroCopy, options["SO_PREFER_BUSY_POLL"] == [1, 0, 0, 0] { return 0 }
    transmit(kickBudget)
    return (tx?.count ?? 0) > 0 && boundMode == .copy ? fail(.resourceTemporarilyUnavailable) : 0
  }

  package func kickRX(_ descriptor: CInt) -> Int {
    kicks += 1
    if let condition { return fail(condition) }
    return 0
  }

  package func poll(_ descriptors: UnsafeMutablePointer<pollfd>, count: Int, timeoutMilliseconds: CInt) -> CInt {
    for i in 0..<count { descriptors[i].revents = 0 }
    let socket = onPoll(timeoutMilliseconds)
    if descriptors[0].fd >= 0 { descriptors[0].revents = socket }
    // The signal is a real descriptor: look at it, and wait no time.
    guard Glibc.poll(descriptors + 1, 1, 0) >= 0 else { return -1 }
    return (0..<count).contains { descriptors[$0].revents != 0 } ? 1 : 0
  }

  private func fail(_ errno: Errno) -> Int {
    Glibc.errno = errno.rawValue
    return -1
  }
}
