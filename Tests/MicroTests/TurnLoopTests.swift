import Foundation
import TestSupport
import Testing

/// In a program of its own: the answered system calls must not be those of the other tests.
@Suite("The micro-benchmarks' loops: the worker's turn")
struct TurnLoopTests {
  /// From the folder that this test bundle was built into.
  private static let probe: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("micro-probe").path
  }()

  /// The program compares every frame and every TX descriptor afterwards, and counts the kicks: two
  /// sections leave the frames reflected, four leave them as they were.
  @Test("the worker reflects each frame of each section", arguments: ["copy", "zero-copy"], [2, 4])
  func turns(bindMode: String, sections: Int) throws {
    let output = try runChecked([Self.probe, "turn", bindMode, "128", "\(sections)"], seconds: 60)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 6, "\(output)")
    // In copy mode a kick for each batch of 64, which is a section.
    let kicks = bindMode == "copy" ? sections : 0
    for line in lines {
      #expect(line.hasPrefix("\(bindMode), 128 chunks") && line.contains("; \(kicks) kicks"), "\(line)")
    }
  }
}
