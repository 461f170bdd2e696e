import LinuxSystem
import SystemPackage
import Testing

@testable import ReflectorXDP

struct DriverTraitsTests {
  private func configuration(_ mode: Configuration.Mode, chunkSize: Int) -> Configuration {
    var configuration = Configuration(interface: "eth0")
    configuration.mode = mode
    configuration.chunkSize = chunkSize
    return configuration
  }

  @Test(arguments: ["igb", "igc"], [Configuration.Mode.auto, .zeroCopy])
  func `a driver that cuts long frames in two gets larger chunks, aloud`(driver: String, mode: Configuration.Mode) {
    let (suited, warnings) = DriverTraits(driver: driver).suited(configuration(mode, chunkSize: 2048))
    #expect(suited.chunkSize == 4096)
    #expect(warnings.count == 1 && warnings[0].contains("--chunk-size 2048") && warnings[0].contains(driver))
  }

  @Test func `nothing else is changed`() {
    let cases: [(String?, Configuration.Mode, Int)] = [
      ("igb", .copy, 2048), ("igb", .generic, 2048), ("igb", .auto, 4096), ("virtio_net", .auto, 2048),
      (nil, .auto, 2048),
    ]
    for (driver, mode, chunkSize) in cases {
      let (suited, warnings) = DriverTraits(driver: driver).suited(configuration(mode, chunkSize: chunkSize))
      #expect(suited.chunkSize == chunkSize && warnings == [], "\(driver ?? "none") \(mode) \(chunkSize)")
    }
  }

  @Test func `the kernel datapath has no chunks to mind`() {
    var kernel = configuration(.auto, chunkSize: 2048)
    kernel.datapath = .kernel
    let (suited, warnings) = DriverTraits(driver: "igb").suited(kernel)
    #expect(suited.chunkSize == 2048 && warnings == [])
  }

  @Test(arguments: [("veth", true), ("igb", true), ("virtio_net", false), ("idpf", false), (nil, false)])
  func `refusals are known only of drivers that tell of each`(driver: String?, tells: Bool) {
    #expect(DriverTraits(driver: driver).tellsRefusals(on: KernelRelease(5, 14)) == tells)
    // Before, Intel's drivers dropped without a word.
    #expect(DriverTraits(driver: driver).tellsRefusals(on: KernelRelease(5, 13)) == (driver == "veth"))
    #expect(DriverTraits(driver: driver).tellsRefusals(on: nil) == (driver == "veth"))
  }

  @Test func `what a zero-copy bind of virtio_net lacks is named`() {
    let virtio = DriverTraits(driver: "virtio_net")
    #expect(virtio.explanation(ofZeroCopyRefusal: .invalidArgument)?.contains("iommu_platform=on") == true)
    #expect(virtio.explanation(ofZeroCopyRefusal: .noSuchFileOrDirectory)?.contains("queue_reset=on") == true)
    #expect(DriverTraits(driver: "igb").explanation(ofZeroCopyRefusal: .invalidArgument) == nil)
  }
}
