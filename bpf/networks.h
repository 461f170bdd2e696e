/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Who gets an answer, by the lists of addresses. The cost doesn't grow with the lists' length, but with that of
 * their prefixes: a conversation is held against them once (conversation.h). */
#ifndef REFLECTOR_NETWORKS_H
#define REFLECTOR_NETWORKS_H

#include "conversation.h"
#include "maps.h"

static __always_inline int is_denied_mac(const struct conversation *conversation)
{
	struct reflector_mac_key key = {};

	__builtin_memcpy(key.mac, conversation->mac, sizeof(key.mac));
	return bpf_map_lookup_elem(&denied_macs, &key) != 0;
}

/* The longest prefix that the address has in the trie of its family; 0: none. The maps are named here, because a
 * look-up is one instruction only for a map that the compiler knows. */
static __always_inline const struct reflector_network *network_of(const struct conversation *conversation,
								  const __u8 *address, void *trie4, void *trie6)
{
	struct reflector_network4_key key4;
	struct reflector_network6_key key6;

	if (conversation->is_ipv4) {
		key4.prefix_length = 32;
		__builtin_memcpy(key4.address, address + 12, sizeof(key4.address));
		return bpf_map_lookup_elem(trie4, &key4);
	}
	key6.prefix_length = 128;
	__builtin_memcpy(key6.address, address, sizeof(key6.address));
	return bpf_map_lookup_elem(trie6, &key6);
}

static __always_inline enum reflector_outcome check_source(const struct conversation *conversation,
							   const struct reflector_config *settings)
{
	const struct reflector_network *network =
		network_of(conversation, conversation->key.source, &networks4, &networks6);
	__u32 verdict = REFLECTOR_NETWORK_NONE;

	if (network)
		verdict = network->configured ? network->configured : network->interface;
	if (verdict == REFLECTOR_NETWORK_ALLOWED)
		return GO_ON;
	if (verdict == REFLECTOR_NETWORK_DENIED)
		return REFLECTOR_PASSED_DENIED_SOURCE;
	if (verdict == REFLECTOR_NETWORK_OWN)
		return REFLECTOR_PASSED_OWN_IP;
	return settings->refuse_other_sources ? REFLECTOR_PASSED_OTHER_SOURCE : GO_ON;
}

static __always_inline enum reflector_outcome check_destination(const struct conversation *conversation)
{
	const struct reflector_network *network =
		network_of(conversation, conversation->key.destination, &destinations4, &destinations6);

	if (network && network->configured == REFLECTOR_NETWORK_ALLOWED)
		return GO_ON;
	return REFLECTOR_PASSED_OTHER_DESTINATION;
}

static __always_inline enum reflector_outcome check_networks(const struct conversation *conversation,
							     const struct reflector_config *settings)
{
	enum reflector_outcome outcome = GO_ON;

	if (settings->checks & REFLECTOR_CHECK_SOURCES)
		outcome = check_source(conversation, settings);
	if (outcome == GO_ON && settings->checks & REFLECTOR_CHECK_DESTINATIONS)
		outcome = check_destination(conversation);
	return outcome;
}

#endif
