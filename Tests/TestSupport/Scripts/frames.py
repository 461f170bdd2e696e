# SPDX-License-Identifier: Apache-2.0
"""Test frames, made by scapy, and what a reflector must make of them.

scapy builds every header and every checksum, so nothing here shares code or assumptions with the
program under test. What must come back is worked out by `reflected`, from WIRE.md's words alone.
"""

import struct

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

FAMILIES = ("ipv4", "ipv4-options", "ipv6")
TAGS = {
    "untagged": (),
    "802.1q": (0x8100,),
    "qinq": (0x88A8, 0x8100),
    "qinq-8100": (0x8100, 0x8100),
}
SIGNATURES = {"PROBEOT": 5, "DATA:OT": 5, "LATENCY": 5, "RFC2544": 0, "Y.1564 ": 0}
PORT = 3842


class Peers:
    """Who sends and who reflects: MAC, IPv4 and IPv6 address of each, as text."""

    def __init__(self, tester, reflector):
        self.tester, self.reflector = tester, reflector

    def speaking_as(self, source):
        """The same with another tester, as far as `source` names its addresses."""
        return Peers({**self.tester, **(source or {})}, self.reflector)

    def speaking_to(self, destination):
        """The same with another reflector."""
        return Peers(self.tester, {**self.reflector, **(destination or {})})

    def ethernet(self, tags=(), **changes):
        fields = {"src": self.tester["mac"], "dst": self.reflector["mac"], **changes}
        packet = Ether(**fields)
        for depth, tag in enumerate(tags):
            packet.lastlayer().type = tag
            # A priority and a drop-eligible bit: testers count a changed one as a lost frame.
            packet = packet / Dot1Q(prio=5 - depth, id=1, vlan=100 + depth)
        return packet

    def ip(self, family, options=0, **changes):
        if family == "ipv6":
            fields = {"src": self.tester["ipv6"], "dst": self.reflector["ipv6"], **changes}
            return IPv6(hlim=7, tc=0xB9, **fields)
        fields = {"src": self.tester["ipv4"], "dst": self.reflector["ipv4"], "flags": "DF", **changes}
        return IP(ttl=7, tos=0xB9, id=0x1234, options=[IPOption_NOP()] * (4 * options), **fields)


class Template:
    """A frame with room for a sequence number in its payload: made once by scapy, then copied."""

    def __init__(self, frame, place):
        self.frame, self.place = frame, place

    def numbered(self, number):
        """The frame with this sequence number (16 bits). Its complement stands beside it, so that the
        UDP checksum which scapy worked out holds for every number."""
        frame = bytearray(self.frame)
        struct.pack_into("!HH", frame, self.place, number, number ^ 0xFFFF)
        return bytes(frame)


def template(peers, family, tags, size, flow, signature="PROBEOT", offset=5, port=PORT, run=0, source_port=20_000):
    """A frame of `size` bytes (0: the shortest there is), or None where its headers don't fit."""
    # Ports that differ in all their bits, and none twice. A NIC's hash is linear: of ports that follow one another
    # it may make the same queue, whatever the rest of its key is.
    ports = {"sport": (source_port + flow * 40_503) % 65_536, "dport": port}
    signature = signature.encode()
    # The sequence number: in the opaque bytes before the signature, or after it.
    place = 0 if offset >= 4 else 8
    shortest = max(offset + len(signature), place + 4)
    fixed = 14 + 4 * len(TAGS[tags]) + (40 if family == "ipv6" else 20) + 8
    options = 0
    if family == "ipv4-options":
        options = 1 + flow % 10
        if size:
            options = min(options, (size - fixed - shortest) // 4)
        if options < 1:
            return None
        fixed += 4 * options
    payload_size = size - fixed if size else shortest
    if payload_size < shortest:
        return None
    payload = bytearray((7 * index + run) & 0xFF for index in range(payload_size))
    payload[offset : offset + len(signature)] = signature
    payload[place : place + 4] = b"\x00\x00\xff\xff"
    packet = peers.ethernet(TAGS[tags]) / peers.ip(family, options) / UDP(**ports) / Raw(bytes(payload))
    frame = bytes(packet)
    assert len(frame) == fixed + payload_size, (len(frame), fixed, payload_size)
    return Template(frame, fixed + place)


def network_offset(frame):
    """Where the IP header starts, and its ethertype."""
    offset = 12
    while frame[offset : offset + 2] in (b"\x81\x00", b"\x88\xa8"):
        offset += 4
    return offset + 2, frame[offset : offset + 2]


def reflected(frame, mode="all"):
    """What must come back: the pairs that `mode` names swapped, all other bytes as they were."""
    out = bytearray(frame)
    out[0:6], out[6:12] = frame[6:12], frame[0:6]
    if mode == "mac":
        return bytes(out)
    ip, ethertype = network_offset(frame)
    source, length = (ip + 12, 4) if ethertype == b"\x08\x00" else (ip + 8, 16)
    target = source + length
    out[source:target], out[target : target + length] = frame[target : target + length], frame[source:target]
    if mode == "all":
        udp = ip + 4 * (frame[ip] & 15) if ethertype == b"\x08\x00" else ip + 40
        out[udp : udp + 2], out[udp + 2 : udp + 4] = frame[udp + 2 : udp + 4], frame[udp : udp + 2]
    return bytes(out)


def is_noise(frame):
    """Whether the far end's own stack sent this: ARP, neighbour discovery, ICMP, TCP."""
    offset, ethertype = network_offset(frame)
    if ethertype == b"\x08\x00":
        return frame[offset + 9] in (1, 2, 6)
    if ethertype == b"\x86\xdd":
        return frame[offset + 6] in (0, 6, 58)
    return True


def refused(peers, kind):
    """Frames of a kind that must never be reflected. Each carries its kind's name in the payload, so
    that a socket of the far end's host can tell which of them it got."""
    text = kind.encode()
    good = b"12345PROBEOT" + text
    udp = UDP(sport=20_000, dport=PORT)

    def whole(payload=good, ethernet=None, ip=None, transport=udp):
        return [
            bytes(peers.ethernet(**(ethernet or {})) / peers.ip(family, **(ip or {})) / transport / Raw(payload))
            for family in ("ipv4", "ipv6")
        ]

    def cut(frame, at, value):
        return frame[:at] + struct.pack("!H", value) + frame[at + 2 :]

    def fragments():
        udp_bytes = bytes(peers.ip("ipv4") / udp / Raw(good + bytes(64)))[20:]
        first = peers.ip("ipv4", flags="MF", proto=17) / Raw(udp_bytes[:48])
        last = peers.ip("ipv4", flags=0, frag=6, proto=17) / Raw(udp_bytes[48:])
        six = bytes(peers.ip("ipv6") / udp / Raw(good + bytes(64)))[40:]
        first6 = peers.ip("ipv6") / IPv6ExtHdrFragment(nh=17, m=1, offset=0, id=99) / Raw(six[:48])
        last6 = peers.ip("ipv6") / IPv6ExtHdrFragment(nh=17, m=0, offset=6, id=99) / Raw(six[48:])
        return [bytes(peers.ethernet() / part) for part in (first, last, first6, last6)]

    own, tester = peers.reflector, peers.tester
    makers = {
        "foreign_oui": lambda: whole(ethernet={"src": "02:00:5e:00:00:77"}),
        "other_port": lambda: whole(transport=UDP(sport=20_000, dport=PORT + 1)),
        "other_signature": lambda: whole(payload=b"12345PROBE0T" + text),
        "truncated_signature": lambda: whole(payload=b"PROBE"),
        "foreign_destination": lambda: whole(ethernet={"dst": "02:00:5e:00:00:99"}),
        "multicast_destination": lambda: whole(ethernet={"dst": "01:00:5e:00:00:01"})
        + whole(ethernet={"dst": "ff:ff:ff:ff:ff:ff"}),
        "multicast_source": lambda: whole(ethernet={"src": "01:c0:17:00:00:01"}),
        "own_source": lambda: whole(ethernet={"src": own["mac"]}),
        "not_ip": lambda: [
            bytes(peers.ethernet() / ARP(op=1, hwsrc=tester["mac"], psrc=tester["ipv4"], pdst=own["ipv4"])),
            # A slow-protocols PDU to our own address.
            bytes(peers.ethernet(type=0x8809) / Raw(b"\x03" + good)),
        ],
        "malformed_ip": lambda: [cut(whole()[0], 16, 4000), cut(whole()[1], 18, 4000)],
        "fragment": fragments,
        "not_udp": lambda: whole(transport=TCP(sport=20_000, dport=PORT, flags="R")),
        "multicast_ip": lambda: [
            bytes(peers.ethernet() / peers.ip("ipv4", dst="224.0.0.1") / udp / Raw(good)),
            bytes(peers.ethernet() / peers.ip("ipv6", dst="ff02::1") / udp / Raw(good)),
        ],
        "same_ip": lambda: [
            bytes(peers.ethernet() / peers.ip("ipv4", src=own["ipv4"]) / udp / Raw(good)),
            bytes(peers.ethernet() / peers.ip("ipv6", src=own["ipv6"]) / udp / Raw(good)),
        ],
        "malformed_udp": lambda: [cut(whole()[0], 38, 2000), cut(whole()[0], 38, 7), cut(whole()[1], 58, 2000)],
        "too_many_tags": lambda: [
            bytes(peers.ethernet((0x8100, 0x8100, 0x8100)) / peers.ip("ipv4") / udp / Raw(good))
        ],
        "truncated": lambda: [bytes(peers.ethernet((0x8100,)))[:16]],
    }
    return makers[kind]()


def echo_request(peers):
    """An ICMP echo request, whose answer must come from the far end's own stack."""
    return bytes(peers.ethernet() / peers.ip("ipv4") / ICMP(id=7, seq=1) / Raw(b"12345PROBEOT"))
