/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* A frame's hop limit (TTL), and one less of it: what a frame that goes round can't hide. */
#ifndef REFLECTOR_HOP_LIMIT_H
#define REFLECTOR_HOP_LIMIT_H

#include "passage.h"

/* One less; of 1, which nobody sends on with less, 255. In hop-limit mode policy has refused that before; where only
 * a loop is looked for (loops.h) a frame must not be lost by it. */
static __always_inline __u8 hop_after(__u8 hop_limit)
{
	return hop_limit > 1 ? hop_limit - 1 : 255;
}

/* RFC 1624, equation 3, of the word that the TTL is the upper byte of. */
static __always_inline void decrement_ttl(struct iphdr *ip)
{
	__u8 after = hop_after(ip->ttl);
	__u32 sum = (__u16)~ip->check + (__u16)~bpf_htons(ip->ttl << 8) + bpf_htons(after << 8);

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~sum;
	ip->ttl = after;
}

/* If the frame is to go back with less. The caller knows by then that it does go back: to the stack it comes as it
 * was. */
static __always_inline void spend_hop(const struct passage *passage)
{
	/* The mask: see parse_udp. */
	struct iphdr *ipv4 = passage->data + (passage->parsed.l3 & 0x1f);
	struct ipv6hdr *ipv6 = passage->data + (passage->parsed.l3 & 0x1f);

	if (!passage->decrements || (void *)(ipv4 + 1) > passage->data_end)
		return;
	if (ipv4->version == 4)
		decrement_ttl(ipv4);
	else
		ipv6->hop_limit = hop_after(ipv6->hop_limit); /* among the first 20 bytes, too */
}

#endif
