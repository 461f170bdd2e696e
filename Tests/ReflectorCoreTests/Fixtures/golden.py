#!/usr/bin/python3
"""Makes GoldenFrames.swift: frames as scapy builds them, and as they must come back.

    /usr/bin/python3 Tests/ReflectorCoreTests/Fixtures/golden.py > Tests/ReflectorCoreTests/GoldenFrames.swift

Scapy is the independent second opinion: every frame, sent or returned, is built from its fields, with
scapy's own checksums. Needs python3-scapy.
"""
import logging

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import UDP, Dot1AD, Dot1Q, Ether, IP, IPOption, IPv6, Raw  # noqa: E402

TESTER, REFLECTOR = "00:c0:17:0a:0b:0c", "02:00:5e:10:20:30"
PAYLOAD = bytes.fromhex("a1b2c3d4e5") + b"DATA:OT" + bytes(range(0x30, 0x41))
# Router alert, two no-operations, a no-operation and end of list: 8 bytes, 28 of header.
OPTIONS = bytes.fromhex("9404000001010100")

TAGS = {
    "untagged": [],
    "dot1q": [Dot1Q(prio=5, vlan=100)],
    "qinq-88a8-8100": [Dot1AD(prio=3, id=1, vlan=2000), Dot1Q(prio=6, vlan=7)],
    "qinq-8100-8100": [Dot1Q(prio=1, vlan=4094), Dot1Q(prio=7, vlan=1)],
}


def ipv4(swapped, **fields):
    addresses = dict(src="192.0.2.77", dst="198.51.100.1")
    if swapped:
        addresses = dict(src="198.51.100.1", dst="192.0.2.77")
    return IP(tos=0xB8, id=0xBEEF, flags="DF", ttl=63, **addresses, **fields)


def ipv6(swapped):
    addresses = dict(src="2001:db8::77", dst="2001:db8:ffff::1")
    if swapped:
        addresses = dict(src="2001:db8:ffff::1", dst="2001:db8::77")
    return IPv6(tc=0xB9, fl=0xABCDE, hlim=62, **addresses)


NETWORKS = {
    "ipv4": lambda swapped: (ipv4(swapped), {}),
    "ipv4-options": lambda swapped: (ipv4(swapped, options=[IPOption(OPTIONS)]), {}),
    "ipv4-no-checksum": lambda swapped: (ipv4(swapped), dict(chksum=0)),
    "ipv6": lambda swapped: (ipv6(swapped), {}),
}

# Which pairs are swapped: Ethernet, IP, UDP.
FRAMES = {"sent": (0, 0, 0), "mac": (1, 0, 0), "mac-ip": (1, 1, 0), "all": (1, 1, 1)}


def frame(network, tags, mac, address, port):
    header, checksum = NETWORKS[network](address)
    packet = Ether(src=REFLECTOR, dst=TESTER) if mac else Ether(src=TESTER, dst=REFLECTOR)
    for tag in TAGS[tags]:
        packet = packet / tag.copy()
    udp = UDP(sport=3842, dport=50001, **checksum) if port else UDP(sport=50001, dport=3842, **checksum)
    return bytes(packet / header / udp / Raw(PAYLOAD))


print("// Made by Fixtures/golden.py with scapy. Do not edit.")
print("/// Network, tags and what was done to the frame, then the frame in hexadecimal.")
print('let goldenText = """')
for network in NETWORKS:
    for tags in TAGS:
        for name, swaps in FRAMES.items():
            print(f"  {network} {tags} {name}:")
            text = frame(network, tags, *swaps).hex()
            for start in range(0, len(text), 112):
                print(f"    {text[start:start + 112]}")
print('  """')
