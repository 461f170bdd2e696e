import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import ReflectorHost
@testable import XDPControl

/// The folder of state files.
final class TuningStoreTests {
  private let root = NSTemporaryDirectory() + "reflector-store-\(UUID().uuidString)"
  private var folder: String { root + "/tune" }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  private func state() -> TuningState {
    var state = TuningState(device: .init(name: "eth0", index: 7, namespace: 4_026_531_840))
    let attach = TuningOwner(place: "eth0", process: ProcessIdentity(pid: 812, startTicks: 99))
    for (setting, value, _) in SettingTextTests.examples where state[setting] == nil {
      state.claim(setting, value, was: value, for: TuningOwner(place: "eth0"))
      state.claim(setting, value, was: value, for: attach)
    }
    return state
  }

  @Test func `everything comes back as it was saved, and the file is for people too`() throws {
    let store = try TuningStore(path: folder, place: "eth0@lab")
    #expect(try store.load(isHostWide: false) == TuningState())
    try store.save(state(), isHostWide: false)
    #expect(try store.load(isHostWide: false) == state())
    #expect(try store.load(isHostWide: true) == TuningState())
    let text = try String(contentsOfFile: folder + "/eth0@lab.json", encoding: .utf8)
    #expect(text.contains("\"setting\" : \"rings\"") && text.contains("\"former\" : \"rx 256 tx 512\""))
    #expect(text.contains("\"start_ticks\" : 99"))
    #expect(TuningStore.device(of: "eth0@lab", below: folder)?.index == 7)
    let renamed = TuningState.Device(name: "lan0", index: 7, namespace: 4_026_531_840)
    #expect(TuningStore.place(of: renamed, below: folder) == "eth0@lab")
    try store.save(TuningState(), isHostWide: false)
    #expect(PinDirectory.entries(of: folder).isEmpty)
    #expect(TuningStore.place(of: renamed, below: folder) == nil)
  }

  @Test func `folder and files are for their owner: who may open the folder may hold its lock`() throws {
    let store = try TuningStore(path: folder, place: "eth0")
    try store.save(state(), isHostWide: false)
    #expect(try mode(folder) == 0o700 && mode(folder + "/eth0.json") == 0o600)
  }

  private func mode(_ path: String) throws -> mode_t {
    var information = Glibc.stat()
    try check("stat") { stat(path, &information) }
    return information.st_mode & 0o777
  }

  @Test func `what a killed write left is no obstacle, and a link isn't followed`() throws {
    let store = try TuningStore(path: folder, place: "eth0")
    #expect(FileManager.default.createFile(atPath: folder + "/eth0.json.new", contents: Data("{".utf8)))
    try store.save(state(), isHostWide: false)
    #expect(PinDirectory.entries(of: folder) == ["eth0.json"])
    symlink(root + "/elsewhere", folder + "/eth0.json.new")
    #expect(throws: SystemCallError.self) { try store.save(state(), isHostWide: false) }
    #expect(!FileManager.default.fileExists(atPath: root + "/elsewhere"))
  }

  @Test(arguments: [
    "", "{", "[]", #"{"entries":[{"setting":"rings","former":"blue","claims":[]}]}"#,
    #"{"entries":[{"setting":"colour","former":"blue","claims":[]}]}"#,
    #"{"entries":[{"setting":"rings","former":"rx 1"}]}"#,
  ]) func `a damaged file is told from none`(text: String) throws {
    let store = try TuningStore(path: folder, place: "eth0")
    #expect(FileManager.default.createFile(atPath: folder + "/eth0.json", contents: Data(text.utf8)))
    do throws(TuningStoreError) {
      _ = try store.load(isHostWide: false)
      Issue.record("it was taken")
    } catch {
      guard case .damaged(let path, _) = error else { throw error }
      #expect(path == folder + "/eth0.json")
    }
  }

  @Test func `one at a time`() throws {
    let store = try TuningStore(path: folder, place: "eth0")
    let second = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(second) }
    #expect(flock(second, LOCK_EX | LOCK_NB) == -1)
    _ = consume store
    #expect(flock(second, LOCK_EX | LOCK_NB) == 0)
  }

  @Test func `a process is told from another with its number`() throws {
    let own = try #require(ProcessIdentity.own)
    #expect(own.pid == getpid() && own.isRunning)
    #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1).isRunning)
    #expect(ProcessIdentity(pid: 0) == nil)
    let stat = "812 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21"
    #expect(ProcessIdentity.startTicks(stat) == 4711)
    #expect(ProcessIdentity.startTicks(stat.replacing(") S", with: ") Z")) == nil)
    #expect(ProcessIdentity.startTicks("812 (x") == nil)
  }
}
