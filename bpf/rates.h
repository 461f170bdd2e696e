/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * How fast: GCRA, which is a token bucket told by the time at which it will be full again. One word, no timer,
 * changed by one compare and exchange (Linux 5.12). Times are in 1/256 ns and wrap after 833 days, so they are
 * compared by their difference.
 */
#ifndef REFLECTOR_RATES_H
#define REFLECTOR_RATES_H

#include "conversation.h"
#include "maps.h"

enum {
	/* So often another CPU may come first; then the frame isn't counted, rather than lost. */
	RATE_TRIES = 4,
};

/* Two minutes: with more than that and the burst ahead, the time is of before a longer break, or of a slower rate.
 * No frame alone costs as much: 9,022 bytes at 1,000 bit/s, the slowest, are 72 s. */
static const __s64 RATE_STALE = 120000000000LL << 8;

/* The time after one more, or 0 if it is too early for it. What costs more than the whole burst may come when
 * nothing is used up. */
static __always_inline __u64 time_after(__u64 time, __u64 now, __u64 cost, __u64 burst)
{
	__s64 ahead = time - now;

	if (ahead < 0 || ahead > (__s64)burst + RATE_STALE)
		ahead = 0;
	if (ahead + cost > (burst > cost ? burst : cost))
		return 0;
	return now + ahead + cost;
}

/* Takes a token. 0: there was none. */
static __always_inline int take_token(__u64 *time, __u64 now, __u64 cost, __u64 burst)
{
	__u64 before, after;

#pragma unroll
	for (int i = 0; i < RATE_TRIES; i++) {
		before = *(volatile __u64 *)time;
		after = time_after(before, now, cost, burst);
		if (!after)
			return 0;
		if (__sync_val_compare_and_swap(time, before, after) == before)
			return 1;
	}
	return 1;
}

static __always_inline __u64 cost_of_bytes(const struct reflector_rate *rate, __u64 length)
{
	return length * rate->byte_cost >> 16;
}

/* Looks at both of a bucket's times, and takes nothing. */
static __always_inline int has_tokens(const struct reflector_bucket *bucket, const struct reflector_rate *rate,
				      const struct conversation *conversation)
{
	__u64 now = conversation->now << 8;

	if (rate->frame_cost && !time_after(bucket->frames, now, rate->frame_cost, rate->burst))
		return 0;
	return !rate->byte_cost ||
	       time_after(bucket->bits, now, cost_of_bytes(rate, conversation->length), rate->burst) != 0;
}

/* Both, or none; only where another CPU takes the last token in between is the first one lost. */
static __always_inline int take_tokens(struct reflector_bucket *bucket, const struct reflector_rate *rate,
				       const struct conversation *conversation)
{
	__u64 now = conversation->now << 8;

	if (rate->frame_cost && rate->byte_cost && !has_tokens(bucket, rate, conversation))
		return 0;
	if (rate->frame_cost && !take_token(&bucket->frames, now, rate->frame_cost, rate->burst))
		return 0;
	return !rate->byte_cost ||
	       take_token(&bucket->bits, now, cost_of_bytes(rate, conversation->length), rate->burst);
}

/* Its source's, by the key's first 16 bytes. */
static __always_inline struct reflector_bucket *bucket_of_source(const struct conversation *conversation)
{
	return bpf_map_lookup_elem(&source_rates, conversation->key.source);
}

/* That of a source that wasn't there: full. 0: no room. */
static __always_inline struct reflector_bucket *new_bucket(const struct conversation *conversation)
{
	struct reflector_bucket bucket = {.frames = conversation->now << 8, .bits = conversation->now << 8};

	bpf_map_update_elem(&source_rates, conversation->key.source, &bucket, BPF_NOEXIST);
	return bucket_of_source(conversation);
}

static __always_inline struct reflector_bucket *bucket_of_all(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&total_rate, &zero);
}

/* For a conversation that the lists haven't seen yet: what the rate refuses anyway needn't be looked up in them,
 * and what they refuse takes no token. */
static __always_inline enum reflector_outcome look_at_rates(const struct conversation *conversation,
							    const struct reflector_config *settings)
{
	const struct reflector_bucket *bucket;

	if (settings->checks & REFLECTOR_CHECK_SOURCE_RATE) {
		bucket = bucket_of_source(conversation);
		if (bucket && !has_tokens(bucket, &settings->source_rate, conversation))
			return REFLECTOR_PASSED_SOURCE_RATE;
	}
	if (settings->checks & REFLECTOR_CHECK_TOTAL_RATE) {
		bucket = bucket_of_all();
		if (bucket && !has_tokens(bucket, &settings->total_rate, conversation))
			return REFLECTOR_PASSED_TOTAL_RATE;
	}
	return GO_ON;
}

/* Of the source first. Its token isn't given back where the total refuses: with the total used up, what a source
 * may is not what it gets, and a look before each taking would cost every frame. */
static __always_inline enum reflector_outcome take_from_rates(const struct conversation *conversation,
							      const struct reflector_config *settings)
{
	struct reflector_bucket *bucket;

	if (settings->checks & REFLECTOR_CHECK_SOURCE_RATE) {
		bucket = bucket_of_source(conversation);
		if (!bucket)
			bucket = new_bucket(conversation);
		if (bucket && !take_tokens(bucket, &settings->source_rate, conversation))
			return REFLECTOR_PASSED_SOURCE_RATE;
	}
	if (settings->checks & REFLECTOR_CHECK_TOTAL_RATE) {
		bucket = bucket_of_all();
		if (bucket && !take_tokens(bucket, &settings->total_rate, conversation))
			return REFLECTOR_PASSED_TOTAL_RATE;
	}
	return GO_ON;
}

/* One conversation's own rate: what is faster is held off. */
static __always_inline enum reflector_outcome
check_storm(const struct passage *passage, const struct conversation *conversation, struct reflector_flow *flow)
{
	const struct reflector_config *settings = passage->settings;

	if (!(settings->checks & REFLECTOR_CHECK_STORM) ||
	    take_token(&flow->rate, conversation->now << 8, settings->storm_cost, settings->storm_burst))
		return GO_ON;
	hold_off(passage, conversation, flow, REFLECTOR_FLOW_STORM);
	return REFLECTOR_PASSED_STORM;
}

#endif
