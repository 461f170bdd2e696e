# SPDX-License-Identifier: Apache-2.0
"""The smallest XDP program there is, loaded by bpf(2) itself: two instructions, XDP_PASS."""

import ctypes
import os
import platform
import socket
import struct

BPF_PROG_LOAD, BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_CREATE = 5, 15, 28
BPF_PROG_TYPE_XDP, BPF_XDP = 6, 37
XDP_FLAGS_SKB_MODE = 1 << 1
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
    """Sits on an interface until closed."""

    def __init__(self, interface):
        # mov r0, XDP_PASS; exit
        code = ctypes.create_string_buffer(struct.pack("=BBhi", 0xB7, 0, 0, 2) + struct.pack("=BBhi", 0x95, 0, 0, 0), 16)
        text = ctypes.create_string_buffer(b"GPL")
        load = struct.pack("=IIQQIIQII", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code), ctypes.addressof(text), 0, 0, 0, 0, 0)
        self.program = bpf(BPF_PROG_LOAD, load + NAME.ljust(16, b"\0"))
        self.program_id = self._id()
        index = socket.if_nametoindex(interface)
        self.link = bpf(BPF_LINK_CREATE, struct.pack("=IIII", self.program, index, BPF_XDP, XDP_FLAGS_SKB_MODE))

    def _id(self):
        information = ctypes.create_string_buffer(256)
        bpf(BPF_OBJ_GET_INFO_BY_FD, struct.pack("=IIQ", self.program, 256, ctypes.addressof(information)))
        return struct.unpack_from("=I", information, 4)[0]

    def close(self):
        os.close(self.link)
        os.close(self.program)
