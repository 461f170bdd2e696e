/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What both datapaths do with a frame before they part: steps 1 to 5, and the count of those seen. */
#ifndef REFLECTOR_CLASSIFY_H
#define REFLECTOR_CLASSIFY_H

#include "counters.h"
#include "maps.h"
#include "parse.h"
#include "policy.h"

/* A frame on its way through the program. */
struct passage {
	void *data;
	void *data_end;
	__u32 length; /* as whole_length has it */
	struct reflector_counters *statistics; /* this CPU's */
	struct parsed parsed;
	__u32 rule_id; /* of the rule that matched */
};

/* Bytes of the whole frame. */
static __always_inline __u64 frame_length(const struct passage *passage)
{
	return passage->length ? passage->length : passage->data_end - passage->data;
}

/* 1 if a rule matched. 0 if the frame is the stack's, which is counted then. */
static __always_inline int is_ours(struct xdp_md *context, int multi_buffer, struct passage *passage)
{
	struct reflector_config *settings;
	enum reflector_outcome outcome;
	__u32 zero = 0;

	passage->data = (void *)(long)context->data;
	passage->data_end = (void *)(long)context->data_end;
	passage->length = whole_length(context, multi_buffer);
	passage->statistics = bpf_map_lookup_elem(&counters, &zero);
	settings = bpf_map_lookup_elem(&config, &zero);
	if (!passage->statistics || !settings)
		return 0; /* never: both arrays have an entry 0 */

	count_outcome(passage->statistics, REFLECTOR_SEEN);
	outcome = parse(passage->data, passage->data_end, passage->length, settings->mac, &passage->parsed);
	if (outcome == GO_ON)
		outcome = match_rule(passage->data, passage->data_end, &passage->parsed, settings, &passage->rule_id);
	if (outcome == GO_ON)
		return 1;
	count_outcome(passage->statistics, outcome);
	return 0;
}

#endif
