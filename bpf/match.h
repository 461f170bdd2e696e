/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Step 5: which rule, if any, a parsed frame matches.
 *
 * The cost doesn't grow with the number of rules: the port gives at most REFLECTOR_MAX_SHAPES
 * (offset, length) pairs, and each pair is one look-up of the bytes found there, in a table in which no
 * two rules share a slot.
 */
#ifndef REFLECTOR_MATCH_H
#define REFLECTOR_MATCH_H

#include "maps.h"
#include "passage.h"

/* Reads the signature that the shape describes into `key`. 0 if the payload is too short for it, or the
 * signature isn't in the frame's first part: headers and payload up to there are 1130 bytes at most. */
static __always_inline int read_signature(void *data, void *data_end, const struct parsed *parsed,
					  const struct reflector_shape *shape, struct reflector_signature *key)
{
	const __u64 *mask = (const __u64 *)shape->mask;
	__u64 *bytes = (__u64 *)key->bytes;
	__u32 end = (__u32)shape->offset + shape->length;
	const __u64 *words;

	if (shape->length == 0 || end > REFLECTOR_MAX_OFFSET + REFLECTOR_MAX_SIGNATURE || end > parsed->payload_length)
		return 0;
	/* The 16 bytes before the signature's end: at least 42 bytes of headers and one of payload
	 * come first, so the start is inside the frame. The mask changes nothing; without it the
	 * verifier takes the subtraction for one that may wrap. */
	words = data + (((parsed->payload - REFLECTOR_MAX_SIGNATURE) & 0xff) + end);
	if ((void *)(words + 2) > data_end)
		return 0;
	key->port = shape->port;
	key->offset = shape->offset;
	key->length = shape->length;
	key->reserved = 0;
	bytes[0] = words[0] & mask[0];
	bytes[1] = words[1] & mask[1];
	return 1;
}

static __always_inline int source_oui_allowed(const struct ethhdr *ethernet, const struct reflector_config *settings)
{
	return settings->any_oui ||
	       ((ethernet->h_source[0] ^ settings->oui[0]) | (ethernet->h_source[1] ^ settings->oui[1]) |
		(ethernet->h_source[2] ^ settings->oui[2])) == 0;
}

/* Those of the frame's port, or of any. */
static __always_inline const struct reflector_candidates *candidates_of(const struct passage *passage)
{
	const struct reflector_config *settings = passage->settings;
	__u32 slot = passage->bank * REFLECTOR_SLOTS + reflector_port_slot(passage->parsed.port, settings->seed);
	const struct reflector_candidates *candidates = bpf_map_lookup_elem(&ports, &slot);

	if (candidates && candidates->port == passage->parsed.port && candidates->count != 0)
		return candidates;
	return &settings->any_port;
}

/* The rule with that signature; 0 if there is none. */
static __always_inline const struct reflector_rule *rule_of(const struct reflector_signature *key,
							    const struct passage *passage)
{
	const __u64 *words = (const __u64 *)key, *found;
	__u32 slot = passage->bank * REFLECTOR_SLOTS + reflector_signature_slot(words, passage->settings->seed);
	const struct reflector_rule *rule = bpf_map_lookup_elem(&signatures, &slot);

	if (!rule)
		return 0; /* never: the slot is below 2048 */
	found = (const __u64 *)&rule->signature;
	return ((found[0] ^ words[0]) | (found[1] ^ words[1]) | (found[2] ^ words[2])) == 0 ? rule : 0;
}

/* The first candidate that matches wins: the candidates stand in the order of the rules. */
static __always_inline enum reflector_outcome match_rule(struct passage *passage)
{
	const struct reflector_candidates *candidates = candidates_of(passage);
	enum reflector_outcome outcome = REFLECTOR_PASSED_TRUNCATED_SIGNATURE;
	struct reflector_signature key __attribute__((aligned(8)));
	const struct reflector_rule *rule;

	if (candidates->count == 0)
		return REFLECTOR_PASSED_OTHER_PORT;

#pragma unroll
	for (__u32 i = 0; i < REFLECTOR_MAX_SHAPES; i++) {
		if (i >= candidates->count)
			break;
		if (!read_signature(passage->data, passage->data_end, &passage->parsed, &candidates->shapes[i], &key))
			continue;
		outcome = REFLECTOR_PASSED_OTHER_SIGNATURE;
		rule = rule_of(&key, passage);
		if (!rule)
			continue;
		if (!source_oui_allowed(passage->data, passage->settings))
			return REFLECTOR_PASSED_FOREIGN_OUI;
		passage->rule_id = rule->id;
		return GO_ON;
	}
	return outcome;
}

#endif
