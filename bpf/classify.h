/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What both datapaths do with a frame before they part: steps 1 to 6, and the count of those seen. */
#ifndef REFLECTOR_CLASSIFY_H
#define REFLECTOR_CLASSIFY_H

#include "admit.h"
#include "counters.h"
#include "maps.h"
#include "match.h"
#include "passage.h"

/* What classify() answers in the place of an action. */
static const int GOES_BACK = -1;

/* Finds the settings in force, once for all that is read in their bank. 0: never, the arrays have the entries. */
static __always_inline int read_settings(struct passage *passage)
{
	struct reflector_generation *current;
	__u32 zero = 0;

	current = bpf_map_lookup_elem(&generation, &zero);
	if (!current)
		return 0;
	passage->bank = current->number & 1;
	passage->generation = current->number;
	passage->settings = bpf_map_lookup_elem(&config, &passage->bank);
	return passage->settings != 0;
}

/* Counts what policy refused, and answers what becomes of it. */
static __always_inline int refuse(const struct passage *passage, enum reflector_outcome outcome)
{
	if (passage->settings->pass_refused) {
		count_outcome(passage->statistics, outcome);
		return XDP_PASS;
	}
	count_outcome(passage->statistics, outcome + REFLECTOR_POLICY_DROPS);
	return XDP_DROP;
}

/* GOES_BACK, and nothing is counted yet but that the frame was seen; or the action of a frame that doesn't,
 * which is counted then. */
static __always_inline int classify(struct xdp_md *context, int multi_buffer, struct passage *passage)
{
	const struct reflector_address *own;
	enum reflector_outcome outcome;
	__u32 zero = 0;

	passage->data = (void *)(long)context->data;
	passage->data_end = (void *)(long)context->data_end;
	passage->length = whole_length(context, multi_buffer);
	passage->statistics = bpf_map_lookup_elem(&counters, &zero);
	own = bpf_map_lookup_elem(&address, &zero);
	if (!passage->statistics || !own || !read_settings(passage))
		return XDP_PASS; /* never: the arrays have these entries */

	count_outcome(passage->statistics, REFLECTOR_SEEN);
	outcome = parse(passage->data, passage->data_end, passage->length, own->mac, &passage->parsed);
	if (outcome == GO_ON)
		outcome = match_rule(passage);
	if (outcome != GO_ON) {
		count_outcome(passage->statistics, outcome);
		return XDP_PASS;
	}
	outcome = admit(passage);
	return outcome == GO_ON ? GOES_BACK : refuse(passage, outcome);
}

#endif
