/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Two reflectors that answer one another send a frame round for ever. It comes again and again, but so may a
 * tester's, if it sends always the same. What tells them apart is the hop limit:
 *
 *   WATCHED  One frame of the conversation is waited for. If it comes 256 times, with less than a second between
 *            one time and the next, it is
 *   PROBED   and goes back with a hop limit of one less. If it comes with 4 less it has gone round: LOOP, held
 *            off. If it comes 4,096 times, or for a second, with no less, a tester sends it:
 *   CLEARED  for 10 s nothing is looked at.
 *
 * By the time between, not by the rate: with n different frames on their way round, each comes n times as rarely.
 * A frame that comes with less doesn't count for the tester: copies of one frame may go round by the hundred.
 */
#ifndef REFLECTOR_LOOPS_H
#define REFLECTOR_LOOPS_H

#include "conversation.h"
#include "passage.h"

enum {
	LOOP_REPEATS = 256, /* times that a frame comes before it is probed */
	LOOP_HOPS = 4, /* by so much less is no other way through the network */
	LOOP_PROBES = 4096, /* frames with no less: so many copies of one frame may go round and be found */
	LOOP_WORDS = 4, /* of the payload, that tell frames apart: numbers and times stand there */
};

static const __s64 LOOP_SECOND = 1000000000;
static const __u64 LOOP_CLEARED = 10000000000;

/* Odd, and another one for each word. */
static __always_inline __u64 factor_of(__u32 word)
{
	const __u64 golden = 0x9e3779b97f4a7c15;

	return (golden << 11 * word | golden >> (64 - 11 * word)) | 1;
}

/* Of what stays the same on the way round, wherever it is swapped twice: all but the hop limit and the IP checksum.
 * A product by an odd number loses nothing, so that frames of which one word differs never look the same. */
static __always_inline __u64 fingerprint(const struct passage *passage, const struct conversation *conversation)
{
	/* From the UDP header on, which is a word. The mask: see parse_udp. */
	const __u64 *words = passage->data + (passage->parsed.l4 & 0xff);
	__u64 print;

	if ((void *)(words + 1) > passage->data_end)
		return 1; /* never: the UDP header is there */
	print = (words[0] ^ conversation->identification) * factor_of(1);
#pragma unroll
	for (__u32 i = 1; i <= LOOP_WORDS; i++) {
		if (passage->parsed.payload_length < 8 * i || (void *)(words + i + 1) > passage->data_end)
			break;
		print += words[i] * factor_of(i + 1);
	}
	return print ? print : 1;
}

static __always_inline void wait_for(const struct conversation *conversation, struct reflector_flow *flow, __u64 print)
{
	flow->fingerprint = print;
	flow->until_ns = conversation->now;
	flow->repeats = 0;
	flow->state = REFLECTOR_FLOW_WATCHED;
}

/* WATCHED, and the frame came again. */
static __always_inline void count_repeat(const struct conversation *conversation, struct reflector_flow *flow,
					 __s64 since)
{
	flow->repeats = since > LOOP_SECOND ? 1 : flow->repeats + 1;
	flow->until_ns = conversation->now;
	if (flow->repeats < LOOP_REPEATS)
		return;
	flow->repeats = 0;
	flow->hop_limit = conversation->hop_limit;
	flow->state = REFLECTOR_FLOW_PROBED;
}

/* PROBED, and the frame came again. */
static __always_inline enum reflector_outcome probe(struct passage *passage, const struct conversation *conversation,
						    struct reflector_flow *flow, __s64 since)
{
	/* Below 1 comes 255 (spend_hop): a tester that sends with 1 must not lose a frame for having been looked at. */
	__u8 less = flow->hop_limit - conversation->hop_limit;

	if (less >= LOOP_HOPS && less < 128) {
		hold_off(passage, conversation, flow, REFLECTOR_FLOW_LOOP);
		return REFLECTOR_PASSED_LOOP;
	}
	if (less > 0 && less < 128) {
		flow->until_ns = conversation->now;
	} else {
		flow->repeats++;
		if (flow->repeats >= LOOP_PROBES || since > LOOP_SECOND) {
			flow->until_ns = conversation->now + LOOP_CLEARED;
			flow->state = REFLECTOR_FLOW_CLEARED;
			return GO_ON;
		}
	}
	passage->decrements = 1;
	return GO_ON;
}

/* One frame of a conversation that isn't held off. */
static __always_inline enum reflector_outcome watch(struct passage *passage, const struct conversation *conversation,
						    struct reflector_flow *flow)
{
	__s64 since = conversation->now - flow->until_ns;
	__u64 print;

	if (flow->state == REFLECTOR_FLOW_CLEARED) {
		if (since < 0)
			return GO_ON;
		wait_for(conversation, flow, 0);
		since = 0;
	}
	print = fingerprint(passage, conversation);
	if (print != flow->fingerprint) {
		if (since > LOOP_SECOND || flow->fingerprint == 0)
			wait_for(conversation, flow, print);
		return GO_ON;
	}
	if (flow->state == REFLECTOR_FLOW_PROBED)
		return probe(passage, conversation, flow, since);
	count_repeat(conversation, flow, since);
	return GO_ON;
}

#endif
