/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which CPU a frame goes to: all of a conversation to the same, so that they keep their order. */
#ifndef REFLECTOR_SPREAD_H
#define REFLECTOR_SPREAD_H

#include "parse.h"

/* Multiplication carries low bits up, the shift brings the high ones down again. */
static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Of IP addresses and UDP ports. 0 for what parse() didn't let through. */
static __always_inline __u64 hash_of_conversation(void *data, void *data_end, const struct parsed *parsed)
{
	/* The masks: see parse_udp. */
	struct udphdr *udp = data + (parsed->l4 & 0xff);
	struct ipv6hdr *ipv6 = data + (parsed->l3 & 0x1f);
	struct iphdr *ipv4 = data + (parsed->l3 & 0x1f);
	const __u64 *words;
	__u64 hash;

	if ((void *)(udp + 1) > data_end || (void *)(ipv4 + 1) > data_end)
		return 0;
	hash = *(__u32 *)udp; /* both ports */
	if (ipv4->version == 4)
		return mix(hash, *(__u64 *)&ipv4->saddr); /* and daddr */
	if ((void *)(ipv6 + 1) > data_end)
		return 0;
	words = (const __u64 *)&ipv6->saddr; /* and daddr */
	return mix(mix(mix(mix(hash, words[0]), words[1]), words[2]), words[3]);
}

/* 0 ... slots - 1, by the upper half of the hash: a multiplication in the place of a division. */
static __always_inline __u32 slot_of_conversation(void *data, void *data_end, const struct parsed *parsed, __u32 slots)
{
	return (hash_of_conversation(data, data_end, parsed) >> 32) * slots >> 32;
}

#endif
