# SPDX-License-Identifier: Apache-2.0
"""One raw socket on one interface: frames out, frames in, byte for byte."""

import errno
import select
import socket
import struct
import time

ETH_P_ALL = 0x0003
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
SO_SNDBUFFORCE = 32
TP_STATUS_VLAN_VALID = 0x10
TP_STATUS_VLAN_TPID_VALID = 0x40


class Wire:
    """An AF_PACKET socket. Every frame that arrives on the interface arrives here."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        # Otherwise each frame sent would come in here too, and look like one that was returned.
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20)
        self.socket.bind((interface, 0))
        self.retries = 0

    def send(self, frame):
        """Sends one frame. ENOBUFS means that the veth's queue was full and the frame went nowhere:
        try again, or the reflector would be blamed for a frame that never reached it."""
        for _ in range(10_000):
            try:
                self.socket.send(frame)
                return
            except OSError as error:
                if error.errno not in (errno.ENOBUFS, errno.ENETDOWN):
                    raise
                self.retries += 1
                time.sleep(0.0005)
        raise TimeoutError("the device has refused one frame for 5 s")

    def receive(self):
        """The next frame that waits, or None."""
        try:
            frame, ancillary, _, _ = self.socket.recvmsg(16384, 64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.ENETDOWN:
                return None
            raise
        for level, kind, data in ancillary:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", data[:20])
                # The kernel takes the outer tag out of every frame it receives: put it back.
                if status & TP_STATUS_VLAN_VALID:
                    tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                    frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        return frame

    def wait(self, seconds):
        """Waits until a frame can be received; False if none came."""
        return bool(select.select([self.socket], [], [], seconds)[0])
