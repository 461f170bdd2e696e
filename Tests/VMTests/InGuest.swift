import TestSupport
import Testing

/// The whole program against drivers that do zero-copy: `reflector-xdp` in a guest under QEMU, with frames that an
/// independent program makes and checks outside of it. `make test-vm` runs them.
///
/// One after the other: they share the guest and its NICs. The emulation says nothing about speed, so nothing here
/// measures it.
@Suite(.serialized, .enabled(if: Guest.isAvailable, Guest.reason), .timeLimit(.minutes(5)))
enum InGuest {}
