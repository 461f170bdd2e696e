/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* A frame's hop limit (TTL), and one less of it: what a frame that goes round can't hide. */
#ifndef REFLECTOR_HOP_LIMIT_H
#define REFLECTOR_HOP_LIMIT_H

#include "passage.h"

/* RFC 1624, as the kernel's ip_decrease_ttl(): the sum grows by what its word became less. */
static __always_inline void decrement_ttl(struct iphdr *ip)
{
	__u32 sum = ip->check + bpf_htons(0x0100);

	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
}

/* If the frame is to go back with less. The caller knows by then that it does go back: to the stack it comes as it
 * was. That it has one to give, policy has seen. */
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
		ipv6->hop_limit--; /* among the first 20 bytes, too */
}

#endif
