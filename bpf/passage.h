/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef REFLECTOR_PASSAGE_H
#define REFLECTOR_PASSAGE_H

#include "parse.h"

/* A frame on its way through the program. */
struct passage {
	void *data;
	void *data_end;
	__u32 length; /* as whole_length has it */
	struct reflector_counters *statistics; /* this CPU's */
	const struct reflector_config *settings; /* those in force */
	__u32 bank; /* where they are: 0 or 1 */
	__u32 generation; /* under which they are: its lower half */
	struct parsed parsed;
	__u32 rule_id; /* of the rule that matched */
	__u32 decrements; /* 1: it goes back with a hop limit of one less */
};

/* Bytes of the whole frame. */
static __always_inline __u64 frame_length(const struct passage *passage)
{
	return passage->length ? passage->length : passage->data_end - passage->data;
}

#endif
