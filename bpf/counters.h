/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Counting the ways out. Per CPU, so that no instruction needs a lock. */
#ifndef REFLECTOR_COUNTERS_H
#define REFLECTOR_COUNTERS_H

#include <stddef.h>

#include "maps.h"

/* The struct's names are for readers, the enum's values for the program: each field stands at its
 * outcome's index. Checked at both ends and where a mistake is likely, the last field. */
_Static_assert(offsetof(struct reflector_counters, seen) == 8 * REFLECTOR_SEEN, "seen");
_Static_assert(offsetof(struct reflector_counters, reflected) == 8 * REFLECTOR_REFLECTED, "reflected");
_Static_assert(offsetof(struct reflector_counters, spread) == 8 * REFLECTOR_SPREAD, "spread");
_Static_assert(offsetof(struct reflector_counters, passed_truncated) == 8 * REFLECTOR_PASSED_TRUNCATED, "first");
_Static_assert(offsetof(struct reflector_counters, passed_fragment) == 8 * REFLECTOR_PASSED_FRAGMENT, "fragment");
_Static_assert(offsetof(struct reflector_counters, passed_other_port) == 8 * REFLECTOR_PASSED_OTHER_PORT, "port");
_Static_assert(offsetof(struct reflector_counters, passed_no_socket) == 8 * REFLECTOR_PASSED_NO_SOCKET, "socket");
_Static_assert(offsetof(struct reflector_counters, passed_hop_limit) == 8 * REFLECTOR_PASSED_HOP_LIMIT, "policy");
_Static_assert(offsetof(struct reflector_counters, dropped_total_rate) == 8 * REFLECTOR_DROPPED_TOTAL_RATE, "last");

static __always_inline void count_outcome(struct reflector_counters *counters, enum reflector_outcome outcome)
{
	if (outcome < REFLECTOR_OUTCOMES)
		((__u64 *)counters)[outcome]++;
}

static __always_inline void count_rule(__u32 id, __u64 bytes)
{
	struct reflector_rule_counters *counters = bpf_map_lookup_elem(&rule_counters, &id);

	if (!counters)
		return;
	counters->frames++;
	counters->bytes += bytes;
}

#endif
