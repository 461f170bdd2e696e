import CBPF
import CReflectorABI
import LinuxSystem
import SystemPackage

/// The maps of a reflector that runs in another process, opened by their pins.
package struct PinnedMaps: ~Copyable {
  package let maps: ReflectorMaps
  package let session: reflector_session
  /// Here to be closed with this.
  private let descriptors: DescriptorList

  /// Why there is nothing to read.
  package enum Failure: Error, Sendable {
    /// No such folder: nothing is attached.
    case notAttached
    /// Pins are there, but the program is gone: whoever made them died.
    case stale(pid: UInt32)
    /// Pins of another version of this program.
    case otherVersion(UInt32)
    case system(SystemCallError)
  }

  /// Opens the pins below `path`. Needs read access to them (root, as long as nothing else is set up).
  package init(path: String) throws(Failure) {
    let descriptors = DescriptorList()
    let maps: ReflectorMaps
    let session: reflector_session
    do throws(SystemCallError) {
      maps = try ReflectorMaps { (name) throws(SystemCallError) in try descriptors.open(path + "/" + name.rawValue) }
      guard let entry = try maps.session.value(0) else { throw SystemCallError("read session", .noSuchFileOrDirectory) }
      session = entry
    } catch {
      throw error.errno == .noSuchFileOrDirectory ? .notAttached : .system(error)
    }
    guard session.abi_version == UInt32(REFLECTOR_ABI_VERSION.rawValue) else {
      throw .otherVersion(session.abi_version)
    }
    guard LoadedProgram(id: session.program_id) != nil else { throw .stale(pid: session.pid) }
    self.maps = maps
    self.session = session
    self.descriptors = descriptors
  }

  /// The folder below `base` whose reflector is alive and passes the test; nil if there is none, or none may be
  /// read. Folders are called what interface and namespace were called at the attach, which may be long ago.
  package static func folder(below base: String, where isWanted: (reflector_session) -> Bool) -> String? {
    PinDirectory.entries(of: base).lazy.map { base + "/" + $0 }.first { path in
      guard let pins = try? PinnedMaps(path: path) else { return false }
      return isWanted(pins.session)
    }
  }

  /// The index of the interface that a process reflects on, by the maps that it pinned below `base`; nil when it is
  /// no reflector, or its maps may not be read.
  package static func interfaceIndex(ofReflector pid: Int32, below base: String) -> CInt? {
    var index: CInt?
    _ = folder(below: base) { session in
      guard session.pid == UInt32(bitPattern: pid) else { return false }
      index = CInt(bitPattern: session.ifindex)
      return true
    }
    return index
  }

  /// The reflecting program is still in the kernel.
  package var isAlive: Bool { LoadedProgram(id: session.program_id) != nil }
}

/// Descriptors that are closed together.
private final class DescriptorList {
  private var descriptors: [CInt] = []

  func open(_ path: String) throws(SystemCallError) -> CInt {
    let descriptor = try check("bpf BPF_OBJ_GET \(path)") { bpf_obj_get(path) }
    descriptors.append(descriptor)
    return descriptor
  }

  deinit {
    for descriptor in descriptors { _ = OwnedDescriptor(descriptor) }
  }
}
