# SPDX-License-Identifier: Apache-2.0
"""What may be in the way: the smallest XDP program there is, loaded by bpf(2) itself (two instructions,
XDP_PASS), and the smallest AF_XDP socket."""

import ctypes
import mmap
import os
import platform
import socket
import struct

BPF_PROG_LOAD, BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_CREATE = 5, 15, 28
BPF_PROG_TYPE_XDP, BPF_XDP = 6, 37
BPF_F_XDP_HAS_FRAGS = 1 << 5
XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE = 1 << 1, 1 << 2
NUMBER = {"x86_64": 321, "aarch64": 280, "riscv64": 280}[platform.machine()]
NAME = b"somebody_else"

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    """bpf(2). The attributes are padded with zeros, which the kernel takes for fields not given."""
    attributes = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    result = libc.syscall(NUMBER, command, attributes, 128)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return result


class Occupant:
    """Sits on an interface until closed. With `parts` it takes frames in several parts (Linux 5.18)."""

    def __init__(self, interface, native=False, parts=False):
        # mov r0, XDP_PASS; exit
        code = ctypes.create_string_buffer(struct.pack("=BBhi", 0xB7, 0, 0, 2) + struct.pack("=BBhi", 0x95, 0, 0, 0), 16)
        text = ctypes.create_string_buffer(b"GPL")
        flags = BPF_F_XDP_HAS_FRAGS if parts else 0
        load = struct.pack("=IIQQIIQII", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code), ctypes.addressof(text), 0, 0, 0, 0, flags)
        self.program = bpf(BPF_PROG_LOAD, load + NAME.ljust(16, b"\0"))
        self.program_id = self._id()
        index = socket.if_nametoindex(interface)
        mode = XDP_FLAGS_DRV_MODE if native else XDP_FLAGS_SKB_MODE
        self.link = bpf(BPF_LINK_CREATE, struct.pack("=IIII", self.program, index, BPF_XDP, mode))

    def _id(self):
        information = ctypes.create_string_buffer(256)
        bpf(BPF_OBJ_GET_INFO_BY_FD, struct.pack("=IIQ", self.program, 256, ctypes.addressof(information)))
        return struct.unpack_from("=I", information, 4)[0]

    def close(self):
        os.close(self.link)
        os.close(self.program)


class QueueHolder:
    """Has an AF_XDP socket bound to a queue until closed."""

    AF_XDP, SOL_XDP = 44, 283
    XDP_RX_RING, XDP_UMEM_REG, XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING = 2, 4, 5, 6
    XDP_UMEM_PGOFF_FILL_RING = 0x100000000
    XDP_COPY = 1 << 1

    def __init__(self, interface, queue):
        self.umem = mmap.mmap(-1, 64 * 4096)
        self.socket = socket.socket(self.AF_XDP, socket.SOCK_RAW, 0)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.umem))
        registration = struct.pack("=QQIIII", address, 64 * 4096, 4096, 0, 0, 0)
        self.socket.setsockopt(self.SOL_XDP, self.XDP_UMEM_REG, registration)
        for ring in self.XDP_UMEM_FILL_RING, self.XDP_UMEM_COMPLETION_RING, self.XDP_RX_RING:
            self.socket.setsockopt(self.SOL_XDP, ring, struct.pack("=I", 64))
        self.ring = self._map_fill_ring()
        # The socket module knows no addresses of this family.
        bound = struct.pack("=HHIII", self.AF_XDP, self.XDP_COPY, socket.if_nametoindex(interface), queue, 0)
        if libc.bind(self.socket.fileno(), bound, len(bound)) != 0:
            raise OSError(ctypes.get_errno(), f"bind {interface} queue {queue}")

    def _map_fill_ring(self):
        # The mmap module asks a file for its size first, which a socket doesn't have.
        libc.mmap.restype = ctypes.c_void_p
        size = ctypes.c_size_t(4096)
        offset = ctypes.c_long(self.XDP_UMEM_PGOFF_FILL_RING)
        ring = libc.mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, self.socket.fileno(), offset)
        if ring in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), "mmap fill ring")
        return ring

    def close(self):
        libc.munmap(ctypes.c_void_p(self.ring), ctypes.c_size_t(4096))
        self.socket.close()
