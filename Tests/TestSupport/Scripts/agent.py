# SPDX-License-Identifier: Apache-2.0
"""The tests' hand in a network namespace: one JSON command a line on stdin, one JSON answer a line.

Started by the tests with `ip netns exec`. Ends when stdin does, so it never outlives them.
"""

import json
import os
import select
import socket
import sys
import time
import traceback


class Agent:
    def __init__(self):
        self.exchange = None
        self.sockets = []
        self.occupant = None

    def open(self, interface, tester, reflector):
        """The tester's side: a raw socket on `interface`."""
        from exchange import Exchange
        from frames import Peers
        from wire import Wire

        self.exchange = Exchange(Wire(interface), Peers(tester, reflector))
        return {}

    def matrix(self, families, tags, sizes, bursts, flows=4, mode="all"):
        from exchange import matrix

        books, combinations = matrix(self.exchange, families, tags, sizes, bursts, flows, mode)
        return {"combinations": combinations, **self._books(books)}

    def send(self, count, frame=None, flows=16, mode="all", window=0, hold=0, timeout=10.0, seconds=0.0):
        """One run, or one after the other for `seconds`."""
        from exchange import Books
        from frames import template

        recipe = {"family": "ipv4", "tags": "untagged", "size": 128, **(frame or {})}
        peers = self.exchange.peers.speaking_as(recipe.pop("source", None)).speaking_to(recipe.pop("destination", None))
        made = [template(peers, flow=flow, **recipe) for flow in range(flows)]
        made = [one for one in made if one]
        total, deadline = Books(), time.monotonic() + seconds
        while True:
            total.add(self.exchange.run(made, count, mode, window, timeout, hold, f"{recipe}"))
            if time.monotonic() >= deadline or total.lost:
                break
        total.add(self.exchange.settle())
        return self._books(total)

    def send_until(self, path, **arguments):
        """One run after the other until that file is there."""
        total = {}
        while True:
            ended = os.path.exists(path)
            run = self.send(5_000, **arguments)
            for key, value in run.items():
                total[key] = total[key] + value if key in total and key != "retries" else value
            if ended or run["lost"]:
                return total

    def pace(self, seconds, rate, sources, frame=None):
        """Sends `rate` frames a second from each of the sources, in turns, and waits for none. Answers by source
        what was sent and what came back, and for how long of the time nothing was sent: what a rate allows for
        longer than a burst without a frame is gone, and no fault of who limits it."""
        from frames import reflected, template

        recipe = {"family": "ipv4", "tags": "untagged", "size": 128, **(frame or {})}
        peers = [self.exchange.peers.speaking_as({recipe["family"]: source}) for source in sources]
        made = [template(one, flow=0, **recipe) for one in peers]
        sent, returned, number = [0] * len(made), [0] * len(made), 0
        waiting, wire, stalled, burst = {}, self.exchange.wire, 0.0, 0.05
        last = start = time.monotonic()
        while (elapsed := time.monotonic() - start) < seconds:
            if number < elapsed * rate:
                now = time.monotonic()
                stalled += max(0.0, now - last - burst)
                last = now
                for place, one in enumerate(made):
                    # Numbers come again after 65,536, long after the frame that had them.
                    packet = one.numbered(number & 0xFFFF)
                    waiting[reflected(packet)] = place
                    wire.send(packet)
                    sent[place] += 1
                number += 1
            while (answer := wire.receive()) is not None:
                if answer in waiting:
                    returned[waiting.pop(answer)] += 1
        while wire.wait(0.2):
            while (answer := wire.receive()) is not None:
                if answer in waiting:
                    returned[waiting.pop(answer)] += 1
        return {"sent": sent, "returned": returned, "seconds": seconds - stalled}

    def spoof(self, source, destination=None, count=1, frame=None):
        """Sends frames that claim to come from there, and waits for nothing. Each is another one."""
        from frames import template

        recipe = {"family": "ipv4", "tags": "untagged", "size": 128, **(frame or {})}
        peers = self.exchange.peers.speaking_as(source).speaking_to(destination)
        made = template(peers, flow=0, **recipe)
        for number in range(count):
            self.exchange.wire.send(made.numbered(number))
        return {}

    def constant(self, count, window=16):
        """Sends one and the same frame, at most `window` of them under way. Answers how many came back, and the
        hop limits with which they did."""
        from frames import reflected, template

        wire = self.exchange.wire
        packet = template(self.exchange.peers, "ipv4", "untagged", 128, 0).numbered(7)
        expected, limits, returned, sent = reflected(packet), {}, 0, 0
        while returned < count:
            while sent < count and sent - returned < window:
                wire.send(packet)
                sent += 1
            if not wire.wait(2):
                break
            while (answer := wire.receive()) is not None:
                # All but the hop limit and the checksum over it.
                if answer[:22] == expected[:22] and answer[26:] == expected[26:]:
                    returned += 1
                    limits[answer[22]] = limits.get(answer[22], 0) + 1
        return {"sent": sent, "returned": returned, "limits": {str(limit): limits[limit] for limit in limits}}

    def capture(self, path):
        """Writes the frames that the last run got back to a capture file."""
        from scapy.layers.l2 import Ether
        from scapy.utils import wrpcap

        wrpcap(path, [Ether(frame) for frame in sorted(self.exchange.earlier)])
        return {}

    def refuse(self, kinds, modes=("mac", "mac-ip", "all")):
        """Sends every frame of these kinds. Answers how many of each, and what came back though it
        shouldn't have."""
        from frames import is_noise, reflected, refused

        wire, sent, forbidden = self.exchange.wire, {}, {}
        for kind in kinds:
            made = refused(self.exchange.peers, kind)
            sent[kind] = len(made)
            for frame in made:
                for mode in modes if len(frame) > 34 else ("mac",):
                    forbidden[reflected(frame, mode)] = kind
                wire.send(frame)
        returned, deadline = [], time.monotonic() + 0.4
        while (left := deadline - time.monotonic()) > 0:
            if not wire.wait(left):
                break
            while (frame := wire.receive()) is not None:
                if frame in forbidden or not is_noise(frame):
                    returned.append(f"{forbidden.get(frame, 'unknown')}: {frame[:80].hex()}")
        return {"sent": sent, "returned": returned}

    def echo(self):
        """Whether the far end's own stack answers an ICMP echo request that looks like a test frame."""
        from frames import echo_request

        wire = self.exchange.wire
        request = echo_request(self.exchange.peers)
        wire.send(request)
        deadline = time.monotonic() + 2
        while (left := deadline - time.monotonic()) > 0 and wire.wait(left):
            while (frame := wire.receive()) is not None:
                if frame[23:24] == b"\x01" and frame[34:35] == b"\x00" and frame[42:54] == request[42:54]:
                    return {"answered": True}
        return {"answered": False}

    def listen(self, ports):
        """The host's side: UDP sockets, IPv4 and IPv6."""
        for port in ports:
            one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            one.bind(("::", port))
            self.sockets.append(one)
        return {}

    def heard(self, seconds=0.5):
        """What those sockets received so far, as {"port", "from", "text"}."""
        messages, deadline = [], time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for one in select.select(self.sockets, [], [], left)[0]:
                data, source = one.recvfrom(4096)
                family = "ipv4" if source[0].startswith("::ffff:") else "ipv6"
                messages.append({"port": one.getsockname()[1], "family": family, "text": data.decode("latin1")})
        return {"messages": messages}

    def occupy(self, interface, native=False, parts=False):
        """Attaches an XDP program of somebody else's: it passes everything and goes with this process."""
        from occupant import Occupant

        self.occupant = Occupant(interface, native, parts)
        return {"id": self.occupant.program_id}

    def vacate(self):
        """Takes it off again."""
        self.occupant.close()
        return {}

    def hold_queue(self, interface, queue):
        """Binds an AF_XDP socket of somebody else's to a queue."""
        from occupant import QueueHolder

        self.occupant = QueueHolder(interface, queue)
        return {}

    def release_queue(self):
        """Closes it again."""
        self.occupant.close()
        return {}

    def _books(self, books):
        return {
            "sent": books.sent,
            "returned": books.returned,
            "lost": books.lost,
            "doubled": books.doubled,
            "corrupted": books.corrupted,
            "disordered": books.disordered,
            "failures": books.failures,
            "retries": self.exchange.wire.retries,
        }


def main():
    agent = Agent()
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(agent, command.pop("do"))(**command)
        except Exception:  # pylint: disable=broad-except
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
