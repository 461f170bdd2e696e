import LinuxSystem
import XDPControl

/// Has a driver hand its program to all of its queues once more, also to those that are new.
///
/// For drivers that forget: a veth gives queues that `ethtool -L` adds no program, and a link that is updated with the
/// program it has is left alone by the kernel. So there are two instances of the program, over the same maps, and each
/// renewal puts the one in the other's place. No frame meets neither, and what is counted is counted in the maps.
///
/// Both instances stay loaded while this lives: nothing that a driver has left on a queue is freed.
struct ProgramRenewal: ~Copyable {
  private let link: XDPLinkWatch
  private let maps: ReflectorMaps
  private let program: DatapathProgram
  private let first: CInt
  private let multiBuffer: Bool
  private var second: ReflectorObject?
  private var isSecondAttached = false

  /// - Parameters:
  ///   - program, link, first, maps: of the program that is attached; their owner outlives this.
  ///   - multiBuffer: whether it was loaded for frames in several parts. The other one is, too.
  init(_ program: DatapathProgram, link: XDPLinkWatch, first: CInt, multiBuffer: Bool, maps: ReflectorMaps) {
    self.program = program
    self.link = link
    self.first = first
    self.multiBuffer = multiBuffer
    self.maps = maps
  }

  /// Whether queues that are added take this: they run the program anyway under generic XDP, and with every other driver that was
  /// read (docs/adr/0010). Some of those stop the NIC to be given a program.
  static func isNeeded(_ interface: Interface, _ mode: AttachMode) -> Bool {
    interface.kind == "veth" && mode == .native
  }

  /// - Returns: the id of the program that is attached now.
  mutating func renew() throws(SystemCallError) -> UInt32? {
    let next = isSecondAttached ? first : try loadSecond()
    try link.replace(with: next)
    isSecondAttached.toggle()
    return LoadedProgram(descriptor: next)?.id
  }

  private mutating func loadSecond() throws(SystemCallError) -> CInt {
    if second == nil {
      do throws(LoadError) {
        second = try ReflectorObject(program, sharing: maps, multiBuffer: multiBuffer)
      } catch {
        throw error.cause
      }
    }
    return second?.programDescriptor ?? first
  }
}
