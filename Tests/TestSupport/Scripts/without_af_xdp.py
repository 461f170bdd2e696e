"""Runs a command as a kernel without CONFIG_XDP_SOCKETS would: socket(AF_XDP) answers EAFNOSUPPORT (seccomp).

usage: without_af_xdp.py PROGRAM ARGUMENT...
"""

import ctypes
import errno
import os
import platform
import struct
import sys

AF_XDP = 44
SOCKET = {"x86_64": 41, "aarch64": 198}[platform.machine()]
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data


def instruction(code, if_true, if_false, value):
    return struct.pack("HBBI", code, if_true, if_false, value)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


code = ctypes.create_string_buffer(
    instruction(LOAD, 0, 0, NUMBER)
    + instruction(JUMP_IF_EQUAL, 0, 3, SOCKET)
    + instruction(LOAD, 0, 0, FIRST_ARGUMENT)
    + instruction(JUMP_IF_EQUAL, 0, 1, AF_XDP)
    + instruction(RETURN, 0, 0, ERRNO | errno.EAFNOSUPPORT)
    + instruction(RETURN, 0, 0, ALLOW)
)
program = Program(6, ctypes.cast(code, ctypes.c_void_p).value)
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)):
    sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
