# SPDX-License-Identifier: Apache-2.0
"""Sends numbered frames and keeps the books on what comes back."""

import itertools
import os
import signal
import time

import frames as f


def stop(process):
    """Stops a process, and waits until all of its threads stand still: the signal's sender is told nothing."""
    os.kill(process, signal.SIGSTOP)
    for thread in os.listdir(f"/proc/{process}/task"):
        while True:
            with open(f"/proc/{process}/task/{thread}/stat", encoding="latin1") as stat:
                # The name before it, in brackets, may hold anything.
                if stat.read().rpartition(")")[2].split()[0] == "T":
                    break
            time.sleep(0.001)


class Books:
    """What was sent and what returned, to the frame."""

    def __init__(self):
        self.sent = self.returned = self.lost = self.doubled = self.corrupted = self.disordered = 0
        self.failures = []

    def note(self, text):
        if len(self.failures) < 12:
            self.failures.append(text)

    def add(self, other):
        self.sent += other.sent
        self.returned += other.returned
        self.lost += other.lost
        self.doubled += other.doubled
        self.corrupted += other.corrupted
        self.disordered += other.disordered
        for failure in other.failures:
            self.note(failure)


class Order:
    """Whether frames of a flow return in the order in which they were sent."""

    def __init__(self, answers, flows):
        self.places = {answer: place for place, answer in enumerate(answers)}
        self.flows, self.last = flows, {}

    def is_late(self, frame):
        """Whether one of its flow that was sent later returned before it."""
        place = self.places[frame]
        flow = place % self.flows
        late = place < self.last.get(flow, -1)
        self.last[flow] = max(place, self.last.get(flow, -1))
        return late


class Exchange:
    """Exchanges frames over a wire. Numbers go on from one run to the next: a frame that returns twice,
    the second time in a later run, is still known for what it is."""

    def __init__(self, wire, peers):
        self.wire, self.peers = wire, peers
        self.numbers = itertools.count()
        self.earlier = set()
        self.order = Order([], 1)

    def run(self, templates, count, mode="all", window=0, timeout=3.0, hold=0, name=""):
        """Sends `count` frames, at most `window` of them on the way at a time (0: all at once, back to
        back), and waits for all. `hold`: a process that is stopped until all are sent, so that they
        lie in its RX ring together."""
        books = Books()
        sources = [template.numbered(next(self.numbers) & 0xFFFF) for template in self._cycle(templates, count)]
        answers = [f.reflected(frame, mode) for frame in sources]
        self.order = Order(answers, len(templates))
        waiting, returned = set(), set()
        if hold:
            stop(hold)
        try:
            for frame, answer in zip(sources, answers):
                waiting.add(answer)
                self.wire.send(frame)
                books.sent += 1
                while window and len(waiting) >= window and self._receive(books, waiting, returned, timeout, name):
                    pass
                if window and len(waiting) >= window:
                    break  # Nothing came for the whole time limit: the rest would fare no better.
        finally:
            if hold:
                os.kill(hold, signal.SIGCONT)
        deadline = time.monotonic() + timeout
        while waiting and time.monotonic() < deadline:
            self._receive(books, waiting, returned, min(0.1, timeout), name)
        books.lost = len(waiting)
        if waiting:
            books.note(f"{name}: {len(waiting)} of {books.sent} lost")
        self.earlier = returned
        return books

    def settle(self, seconds=0.1, name="afterwards"):
        """Nothing may come any more."""
        books = Books()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._receive(books, set(), set(), left, name)
        return books

    @staticmethod
    def _cycle(templates, count):
        return itertools.islice(itertools.cycle(templates), count)

    def _receive(self, books, waiting, returned, seconds, name):
        """Books everything that waits, and waits for it first if nothing does. False if none came."""
        frame = self.wire.receive()
        if frame is None:
            if not self.wire.wait(seconds):
                return False
            frame = self.wire.receive()
        while frame is not None:
            if frame in waiting:
                waiting.remove(frame)
                returned.add(frame)
                books.returned += 1
                books.disordered += self.order.is_late(frame)
            elif frame in returned or frame in self.earlier:
                books.doubled += 1
                books.note(f"{name}: returned twice: {frame[:80].hex()}")
            elif not f.is_noise(frame):
                books.corrupted += 1
                books.note(f"{name}: not what was sent: {frame[:80].hex()}")
            frame = self.wire.receive()
        return True


def matrix(exchange, families, tags, sizes, bursts, flows, mode):
    """Every combination, one after the other. Returns the books and the number of combinations."""
    total, combinations = Books(), 0
    flow = itertools.count()
    for family, tag, size in itertools.product(families, tags, sizes):
        made = [f.template(exchange.peers, family, tag, size, next(flow) % 4096) for _ in range(flows)]
        made = [template for template in made if template]
        if not made:
            continue
        for burst in bursts:
            total.add(exchange.run(made, burst, mode, name=f"{family} {tag} {size} bytes, burst of {burst}"))
            combinations += 1
        if total.lost > 3 * max(bursts):
            break  # It doesn't work at all: say so now and not in an hour.
    total.add(exchange.settle())
    return total, combinations
