/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Step 6: whether a frame that a rule matched gets an answer. Cheapest first, and what a stranger can send last
 * touches what a tester has: a frame that is refused makes no entry and takes no token.
 *
 * ReflectorCore's Gate decides the same in Swift, as far as it needs no memory of other frames; a differential
 * test holds the two together, so a change here is a change there.
 */
#ifndef REFLECTOR_ADMIT_H
#define REFLECTOR_ADMIT_H

#include "conversation.h"
#include "loops.h"
#include "networks.h"
#include "passage.h"
#include "rates.h"

enum {
	REFLECTOR_NEEDS_CLOCK = REFLECTOR_CHECK_SOURCE_RATE | REFLECTOR_CHECK_TOTAL_RATE | REFLECTOR_KEEP_FLOWS,
};

/* Of a frame alone. */
static __always_inline enum reflector_outcome check_frame(struct passage *passage,
							  const struct conversation *conversation)
{
	if (passage->settings->checks & REFLECTOR_CHECK_MACS && is_denied_mac(conversation))
		return REFLECTOR_PASSED_DENIED_MAC;
	if (passage->settings->loop_guard != REFLECTOR_GUARD_HOP_LIMIT)
		return GO_ON;
	if (conversation->hop_limit <= 1)
		return REFLECTOR_PASSED_HOP_LIMIT;
	passage->decrements = 1;
	return GO_ON;
}

/* Of a conversation that these settings haven't let through yet. */
static __always_inline enum reflector_outcome check_newcomer(const struct conversation *conversation,
							     const struct reflector_config *settings)
{
	enum reflector_outcome outcome = look_at_rates(conversation, settings);

	return outcome == GO_ON ? check_networks(conversation, settings) : outcome;
}

/* Of a conversation that is known. */
static __always_inline enum reflector_outcome
check_flow(struct passage *passage, const struct conversation *conversation, struct reflector_flow *flow)
{
	enum reflector_outcome outcome = check_storm(passage, conversation, flow);

	if (outcome == GO_ON && passage->settings->loop_guard == REFLECTOR_GUARD_WATCH)
		outcome = watch(passage, conversation, flow);
	if (outcome == GO_ON)
		count_in_flow(conversation, flow);
	return outcome;
}

static __always_inline enum reflector_outcome ask_policy(struct passage *passage)
{
	const struct reflector_config *settings = passage->settings;
	struct conversation conversation = {};
	struct reflector_flow *flow = 0;
	enum reflector_outcome outcome;

	if (!read_conversation(passage, &conversation))
		return REFLECTOR_PASSED_OTHER_SOURCE; /* never */
	outcome = check_frame(passage, &conversation);
	if (outcome != GO_ON)
		return outcome;
	if (settings->checks & REFLECTOR_NEEDS_CLOCK)
		conversation.now = coarse_now();
	if (settings->checks & REFLECTOR_KEEP_FLOWS)
		flow = bpf_map_lookup_elem(&flows, &conversation.key);
	if (flow)
		outcome = check_hold(&conversation, flow);
	if (outcome == GO_ON && (!flow || flow->generation != passage->generation))
		outcome = check_newcomer(&conversation, settings);
	if (outcome == GO_ON)
		outcome = take_from_rates(&conversation, settings);
	if (outcome != GO_ON || !(settings->checks & REFLECTOR_KEEP_FLOWS))
		return outcome;
	if (!flow) {
		create_flow(passage, &conversation);
		return GO_ON;
	}
	if (flow->generation != passage->generation)
		renew_flow(passage, &conversation, flow);
	return check_flow(passage, &conversation, flow);
}

/* GO_ON, or the passed_* of why not. Without a policy this is all that it costs. */
static __always_inline enum reflector_outcome admit(struct passage *passage)
{
	if (passage->settings->checks == 0 && passage->settings->loop_guard != REFLECTOR_GUARD_HOP_LIMIT)
		return GO_ON;
	return ask_policy(passage);
}

#endif
