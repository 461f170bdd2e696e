/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Steps 1 to 4: from the first byte to the UDP payload. Cheapest and most selective checks first, no
 * loop but the two tags.
 *
 * Two ends: what is read is checked against data_end, the end of the frame's first part, and what the
 * headers say of lengths against the whole frame's. They are the same but for a frame in several parts
 * (whole_length), whose headers have to be in the first.
 *
 * ReflectorCore's Classifier does the same in Swift; a differential test holds the two together, so
 * a change here is a change there.
 */
#ifndef REFLECTOR_PARSE_H
#define REFLECTOR_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "include/reflector_abi.h"

struct vlan_header {
	__be16 tci;
	__be16 ethertype;
};

/*
 * Bytes of the whole frame, for a program that was loaded for frames in several parts (SEC("xdp.frags"),
 * Linux 5.18): data ... data_end is the first part only. 0 for any other program, which gets each frame
 * in one part and mustn't ask: kernels before 5.18 don't know the helper.
 *
 * `multi_buffer` is a constant where this is compiled, so nothing of the question is left in a program
 * that doesn't ask.
 */
static __always_inline __u32 whole_length(struct xdp_md *context, int multi_buffer)
{
	return multi_buffer ? bpf_xdp_get_buff_len(context) : 0;
}

/* Whether `end`, which is at `offset`, is beyond the frame's. `length` as whole_length has it. */
static __always_inline int is_beyond(void *end, __u32 offset, void *data_end, __u32 length)
{
	return length ? offset > length : end > data_end;
}

/* What the steps find out. Offsets are from the frame's first byte. */
struct parsed {
	__u32 l3; /* of the IP header */
	__u32 l4; /* of the UDP header */
	__u32 l4_length; /* bytes of IP payload */
	__u32 payload; /* of the UDP payload */
	__u32 payload_length; /* by the UDP header */
	__u16 port; /* UDP destination, host byte order */
	__u16 vlans[2]; /* identifiers of the tags, the outer one first; 0: no tag */
};

/* 0 stands for "go on": SEEN is no way out. */
static const enum reflector_outcome GO_ON = REFLECTOR_SEEN;

static __always_inline int same_mac(const __u8 *a, const __u8 *b)
{
	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5])) == 0;
}

static __always_inline int is_tag(__be16 ethertype)
{
	return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

static __always_inline enum reflector_outcome check_addresses(const struct ethhdr *ethernet, const __u8 *own)
{
	if (ethernet->h_dest[0] & 1)
		return REFLECTOR_PASSED_MULTICAST_DESTINATION;
	if (!same_mac(ethernet->h_dest, own))
		return REFLECTOR_PASSED_FOREIGN_DESTINATION;
	if (ethernet->h_source[0] & 1)
		return REFLECTOR_PASSED_MULTICAST_SOURCE;
	if (same_mac(ethernet->h_source, own))
		return REFLECTOR_PASSED_OWN_SOURCE;
	return GO_ON;
}

static __always_inline enum reflector_outcome parse_ipv4(void *data, void *data_end, __u32 length,
							 struct parsed *parsed)
{
	struct iphdr *ip = data + parsed->l3;
	__u32 header, total;

	if ((void *)(ip + 1) > data_end)
		return REFLECTOR_PASSED_MALFORMED_IP;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header < sizeof(*ip) || total < header ||
	    is_beyond(data + parsed->l3 + total, parsed->l3 + total, data_end, length))
		return REFLECTOR_PASSED_MALFORMED_IP;
	/* The more-fragments bit or any offset. */
	if (ip->frag_off & bpf_htons(0x3fff))
		return REFLECTOR_PASSED_FRAGMENT;
	if (ip->protocol != IPPROTO_UDP)
		return REFLECTOR_PASSED_NOT_UDP;
	/* 224.0.0.0 and up: multicast, class E, broadcast. */
	if ((*(__u8 *)&ip->saddr) >= 224 || (*(__u8 *)&ip->daddr) >= 224)
		return REFLECTOR_PASSED_MULTICAST_IP;
	if (ip->saddr == ip->daddr)
		return REFLECTOR_PASSED_SAME_IP;
	parsed->l4 = parsed->l3 + header;
	parsed->l4_length = total - header;
	return GO_ON;
}

static __always_inline int same_ipv6(const struct in6_addr *a, const struct in6_addr *b)
{
	return ((a->in6_u.u6_addr32[0] ^ b->in6_u.u6_addr32[0]) | (a->in6_u.u6_addr32[1] ^ b->in6_u.u6_addr32[1]) |
		(a->in6_u.u6_addr32[2] ^ b->in6_u.u6_addr32[2]) | (a->in6_u.u6_addr32[3] ^ b->in6_u.u6_addr32[3])) == 0;
}

static __always_inline enum reflector_outcome parse_ipv6(void *data, void *data_end, __u32 length,
							 struct parsed *parsed)
{
	struct ipv6hdr *ip = data + parsed->l3;
	__u32 payload;

	if ((void *)(ip + 1) > data_end)
		return REFLECTOR_PASSED_MALFORMED_IP;
	payload = bpf_ntohs(ip->payload_len);
	if (ip->version != 6 ||
	    is_beyond(data + parsed->l3 + sizeof(*ip) + payload, parsed->l3 + sizeof(*ip) + payload, data_end, length))
		return REFLECTOR_PASSED_MALFORMED_IP;
	if (ip->nexthdr == IPPROTO_FRAGMENT)
		return REFLECTOR_PASSED_FRAGMENT;
	if (ip->nexthdr != IPPROTO_UDP)
		return REFLECTOR_PASSED_NOT_UDP;
	if (ip->saddr.in6_u.u6_addr8[0] == 0xff || ip->daddr.in6_u.u6_addr8[0] == 0xff)
		return REFLECTOR_PASSED_MULTICAST_IP;
	if (same_ipv6(&ip->saddr, &ip->daddr))
		return REFLECTOR_PASSED_SAME_IP;
	parsed->l4 = parsed->l3 + sizeof(*ip);
	parsed->l4_length = payload;
	return GO_ON;
}

static __always_inline enum reflector_outcome parse_udp(void *data, void *data_end, struct parsed *parsed)
{
	/* At most 14 + 8 + 60: the mask changes nothing, but lets the verifier see the bound. */
	struct udphdr *udp = data + (parsed->l4 & 0xff);
	__u32 length;

	if (parsed->l4_length < sizeof(*udp) || (void *)(udp + 1) > data_end)
		return REFLECTOR_PASSED_MALFORMED_UDP;
	length = bpf_ntohs(udp->len);
	if (length < sizeof(*udp) || length > parsed->l4_length)
		return REFLECTOR_PASSED_MALFORMED_UDP;
	parsed->payload = (parsed->l4 & 0xff) + sizeof(*udp);
	parsed->payload_length = length - sizeof(*udp);
	parsed->port = bpf_ntohs(udp->dest);
	return GO_ON;
}

/* Steps 2 to 4. `length` as whole_length has it. */
static __always_inline enum reflector_outcome parse_headers(void *data, void *data_end, __u32 length,
							    struct parsed *parsed)
{
	struct ethhdr *ethernet = data;
	struct vlan_header *tag;
	enum reflector_outcome outcome;
	__be16 ethertype;

	if ((void *)(ethernet + 1) > data_end)
		return REFLECTOR_PASSED_TRUNCATED;
	ethertype = ethernet->h_proto;
	parsed->l3 = sizeof(*ethernet);
	for (int tags = 0; tags < 2; tags++) {
		if (!is_tag(ethertype))
			break;
		tag = data + parsed->l3;
		if ((void *)(tag + 1) > data_end)
			return REFLECTOR_PASSED_TRUNCATED;
		ethertype = tag->ethertype;
		parsed->vlans[tags] = bpf_ntohs(tag->tci) & 0xfff;
		parsed->l3 += sizeof(*tag);
	}
	if (is_tag(ethertype))
		return REFLECTOR_PASSED_TOO_MANY_TAGS;

	if (ethertype == bpf_htons(ETH_P_IP))
		outcome = parse_ipv4(data, data_end, length, parsed);
	else if (ethertype == bpf_htons(ETH_P_IPV6))
		outcome = parse_ipv6(data, data_end, length, parsed);
	else
		return REFLECTOR_PASSED_NOT_IP;
	if (outcome != GO_ON)
		return outcome;

	return parse_udp(data, data_end, parsed);
}

/* Steps 1 to 4. */
static __always_inline enum reflector_outcome parse(void *data, void *data_end, __u32 length, const __u8 *own,
						    struct parsed *parsed)
{
	enum reflector_outcome outcome;

	if (data + sizeof(struct ethhdr) > data_end)
		return REFLECTOR_PASSED_TRUNCATED;
	outcome = check_addresses(data, own);
	return outcome == GO_ON ? parse_headers(data, data_end, length, parsed) : outcome;
}

#endif
