# SPDX-License-Identifier: Apache-2.0
"""Runs a program on a terminal of its own: hangup.py WORDS ANSWER PROGRAM ARGUMENT...

When it wrote WORDS it gets SIGHUP, and is to write ANSWER; then the terminal is closed. Ends with its status, or with
1 when it didn't write that. Prints what it wrote."""

import os
import pty
import signal
import sys


def read_until(master, words):
    text = b""
    while words.encode() not in text:
        try:
            part = os.read(master, 4096)
        except OSError:
            part = b""
        sys.stdout.write(part.decode(errors="replace"))
        if not part:
            sys.exit(1)
        text += part


words, answer = sys.argv[1:3]
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
read_until(master, words)
os.kill(pid, signal.SIGHUP)
read_until(master, answer)
os.close(master)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
