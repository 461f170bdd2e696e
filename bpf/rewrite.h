/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * A frame turned round in place. Swapping a pair leaves the IPv4 and UDP checksums right, so there is
 * nothing to compute.
 *
 * ReflectorCore's ReflectMode does the same in Swift, for the workers; a differential test holds the two
 * together, so a change here is a change there.
 */
#ifndef REFLECTOR_REWRITE_H
#define REFLECTOR_REWRITE_H

#include "parse.h"

static __always_inline void swap16(__u16 *a, __u16 *b)
{
	__u16 kept = *a;

	*a = *b;
	*b = kept;
}

static __always_inline void swap32(__u32 *a, __u32 *b)
{
	__u32 kept = *a;

	*a = *b;
	*b = kept;
}

static __always_inline void swap_macs(struct ethhdr *ethernet)
{
	swap32((__u32 *)ethernet->h_dest, (__u32 *)ethernet->h_source);
	swap16((__u16 *)(ethernet->h_dest + 4), (__u16 *)(ethernet->h_source + 4));
}

static __always_inline int swap_ip(void *data, void *data_end, __u32 l3)
{
	/* At most 14 + 8: see parse_udp. */
	struct ipv6hdr *ipv6 = data + (l3 & 0x1f);
	struct iphdr *ipv4 = data + (l3 & 0x1f);

	if ((void *)(ipv4 + 1) > data_end)
		return 0;
	if (ipv4->version == 4) {
		swap32(&ipv4->saddr, &ipv4->daddr);
		return 1;
	}
	if ((void *)(ipv6 + 1) > data_end)
		return 0;
	for (int i = 0; i < 4; i++)
		swap32(&ipv6->saddr.in6_u.u6_addr32[i], &ipv6->daddr.in6_u.u6_addr32[i]);
	return 1;
}

static __always_inline int swap_ports(void *data, void *data_end, __u32 l4)
{
	struct udphdr *udp = data + (l4 & 0xff); /* see parse_udp */

	if ((void *)(udp + 1) > data_end)
		return 0;
	swap16(&udp->source, &udp->dest);
	return 1;
}

/* Swaps what the mode says. All bounds were checked by parse(): 0, which the verifier wants to hear of,
 * never comes. */
static __always_inline int rewrite(void *data, void *data_end, const struct parsed *parsed, __u32 mode)
{
	if (data + sizeof(struct ethhdr) > data_end)
		return 0;
	if (mode != REFLECTOR_REFLECT_MAC && !swap_ip(data, data_end, parsed->l3))
		return 0;
	if (mode == REFLECTOR_REFLECT_ALL && !swap_ports(data, data_end, parsed->l4))
		return 0;
	swap_macs(data);
	return 1;
}

#endif
