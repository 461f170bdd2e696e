/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Who talks to whom, and what is kept of it in `flows`.
 *
 * An entry may be given to another conversation while it is written here: that is how the kernel's LRU maps save
 * a lock. What then goes wrong is a count of a conversation that was just begun, or its guard's beginning. What two
 * CPUs do to one entry at once is exact where it is counted, and otherwise the last one's.
 */
#ifndef REFLECTOR_CONVERSATION_H
#define REFLECTOR_CONVERSATION_H

#include "maps.h"
#include "passage.h"

/* The kernel's coarse clock moves with its ticks, so it need be asked once a tick: jiffies are one load, the clock
 * is a call. Two CPUs may write at once; the worst is a time of a tick ago. Not one structure: the compiler takes a
 * static one apart, and the kernel then refuses all of the object's BTF. */
static __u64 tick_seen;
static __u64 time_seen;

/* CLOCK_MONOTONIC_COARSE (Linux 5.11), or that of the tick before. */
static __always_inline __u64 coarse_now(void)
{
	__u64 tick = bpf_jiffies64();

	if (tick_seen != tick) {
		time_seen = bpf_ktime_get_coarse_ns();
		tick_seen = tick;
	}
	return time_seen;
}

/* What policy looks at of a frame. */
struct conversation {
	struct reflector_flow_key key;
	__u64 now; /* CLOCK_MONOTONIC_COARSE; 0 where nothing needs it */
	__u64 length; /* bytes of the whole frame */
	__u32 identification; /* IPv4's; 0 for IPv6 */
	__u8 mac[6]; /* source */
	__u8 hop_limit;
	__u8 is_ipv4;
};

static __always_inline void read_ipv4(const struct iphdr *ip, struct conversation *conversation)
{
	__u32 *source = (__u32 *)conversation->key.source, *destination = (__u32 *)conversation->key.destination;

	source[0] = destination[0] = 0;
	source[1] = destination[1] = 0;
	source[2] = destination[2] = bpf_htonl(0xffff);
	source[3] = ip->saddr;
	destination[3] = ip->daddr;
	conversation->identification = ip->id;
	conversation->hop_limit = ip->ttl;
	conversation->is_ipv4 = 1;
}

static __always_inline void read_ipv6(const struct ipv6hdr *ip, struct conversation *conversation)
{
	__builtin_memcpy(conversation->key.source, &ip->saddr, sizeof(ip->saddr));
	__builtin_memcpy(conversation->key.destination, &ip->daddr, sizeof(ip->daddr));
	conversation->identification = 0;
	conversation->hop_limit = ip->hop_limit;
	conversation->is_ipv4 = 0;
}

/* All bounds were checked by parse(): 0, which the verifier wants to hear of, never comes. */
static __always_inline int read_conversation(const struct passage *passage, struct conversation *conversation)
{
	/* The masks: see parse_udp. */
	const struct udphdr *udp = passage->data + (passage->parsed.l4 & 0xff);
	const struct iphdr *ipv4 = passage->data + (passage->parsed.l3 & 0x1f);
	const struct ipv6hdr *ipv6 = passage->data + (passage->parsed.l3 & 0x1f);
	const struct ethhdr *ethernet = passage->data;

	if ((void *)(udp + 1) > passage->data_end || (void *)(ipv4 + 1) > passage->data_end ||
	    (void *)(ethernet + 1) > passage->data_end)
		return 0;
	if (ipv4->version == 4) {
		read_ipv4(ipv4, conversation);
	} else {
		if ((void *)(ipv6 + 1) > passage->data_end)
			return 0;
		read_ipv6(ipv6, conversation);
	}
	conversation->key.source_port = udp->source;
	conversation->key.destination_port = udp->dest;
	conversation->key.vlans[0] = passage->parsed.vlans[0];
	conversation->key.vlans[1] = passage->parsed.vlans[1];
	__builtin_memcpy(conversation->mac, ethernet->h_source, sizeof(conversation->mac));
	conversation->length = frame_length(passage);
	return 1;
}

static __always_inline void count_in_flow(const struct conversation *conversation, struct reflector_flow *flow)
{
	__sync_fetch_and_add(&flow->frames, 1);
	__sync_fetch_and_add(&flow->bytes, conversation->length);
	/* Some milliseconds long the same: not to be written, it stays in every CPU's cache. */
	if (flow->last_ns != conversation->now)
		flow->last_ns = conversation->now;
}

/* The lists let it through under this generation. */
static __always_inline void renew_flow(const struct passage *passage, const struct conversation *conversation,
				       struct reflector_flow *flow)
{
	flow->generation = passage->generation;
	flow->rule = passage->rule_id;
	__builtin_memcpy(flow->mac, conversation->mac, sizeof(flow->mac));
}

/* With its first frame. */
static __always_inline void create_flow(const struct passage *passage, const struct conversation *conversation)
{
	struct reflector_flow *existing, flow = {.frames = 1};
	struct reflector_alarms *alarm;
	__u32 zero = 0;

	flow.bytes = conversation->length;
	flow.first_ns = conversation->now;
	flow.last_ns = conversation->now;
	flow.rate = (conversation->now << 8) + passage->settings->storm_cost;
	renew_flow(passage, conversation, &flow);
	if (bpf_map_update_elem(&flows, &conversation->key, &flow, BPF_NOEXIST) == 0)
		return;
	/* Another CPU was first, or there is no room: the frame goes on all the same. */
	existing = bpf_map_lookup_elem(&flows, &conversation->key);
	if (existing) {
		count_in_flow(conversation, existing);
		return;
	}
	alarm = bpf_map_lookup_elem(&alarms, &zero);
	if (alarm)
		__sync_fetch_and_add(&alarm->untracked, 1);
}

/* Nobody gets an answer until hold_ns have passed; the operator hears of it. */
static __always_inline void hold_off(const struct passage *passage, const struct conversation *conversation,
				     struct reflector_flow *flow, enum reflector_flow_state state)
{
	struct reflector_alarms *alarm;
	__u32 zero = 0;

	flow->until_ns = conversation->now + passage->settings->hold_ns;
	flow->state = state;
	alarm = bpf_map_lookup_elem(&alarms, &zero);
	if (!alarm)
		return; /* never: the array has an entry 0 */
	__sync_fetch_and_add(state == REFLECTOR_FLOW_LOOP ? &alarm->loops : &alarm->storms, 1);
	alarm->last_ns = conversation->now;
	alarm->last = conversation->key;
	__builtin_memcpy(alarm->last_mac, conversation->mac, sizeof(alarm->last_mac));
	alarm->last_state = state;
}

/* Whether it still is, under whatever rules and lists it came to that; when the time is over it begins anew. */
static __always_inline enum reflector_outcome check_hold(const struct conversation *conversation,
							 struct reflector_flow *flow)
{
	__u8 state = flow->state;

	if (state < REFLECTOR_FLOW_LOOP)
		return GO_ON;
	if ((__s64)(conversation->now - flow->until_ns) < 0)
		return state == REFLECTOR_FLOW_LOOP ? REFLECTOR_PASSED_LOOP : REFLECTOR_PASSED_STORM;
	flow->fingerprint = 0;
	flow->rate = conversation->now << 8;
	flow->state = REFLECTOR_FLOW_WATCHED;
	return GO_ON;
}

#endif
