/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The part of reflector_abi.h, which includes it, that is about policy: who gets an answer, and how often. The
 * same rules hold, and the same version.
 */
#ifndef REFLECTOR_POLICY_ABI_H
#define REFLECTOR_POLICY_ABI_H

#include <linux/types.h>

/* What a frame is to be held against. */
enum reflector_checks {
	REFLECTOR_CHECK_MACS = 1, /* `denied_macs` has entries */
	REFLECTOR_CHECK_SOURCES = 2, /* `networks4` or `networks6` has entries, or no match is a refusal */
	REFLECTOR_CHECK_DESTINATIONS = 4, /* `destinations4` or `destinations6` has entries */
	REFLECTOR_CHECK_SOURCE_RATE = 8,
	REFLECTOR_CHECK_TOTAL_RATE = 16,
	REFLECTOR_CHECK_STORM = 32,
	REFLECTOR_KEEP_FLOWS = 64, /* conversations are kept in `flows` */
};

enum reflector_loop_guard {
	REFLECTOR_GUARD_OFF = 0,
	/* Frames that come again and again are looked at: their hop limit is decremented for a while, and if they
	 * come back with less and less, they go round. */
	REFLECTOR_GUARD_WATCH = 1,
	/* Each frame's hop limit is decremented, as a router does; one that is used up goes no further. */
	REFLECTOR_GUARD_HOP_LIMIT = 2,
};

/*
 * How fast: by the times at which frames may come (GCRA), which is a token bucket without a timer. Times are
 * in 1/256 ns.
 */
struct reflector_rate {
	__u64 frame_cost; /* 1/256 ns a frame; 0: any rate */
	__u64 byte_cost; /* 2^-24 ns a byte; 0: any rate */
	__u64 burst; /* 1/256 ns that may be used up at once; more than a tick of the kernel's coarse clock */
};

/* Maps `networks4`, `destinations4` (LPM tries). */
struct reflector_network4_key {
	__u32 prefix_length; /* 0 ... 32 */
	__u8 address[4];
};

/* Maps `networks6`, `destinations6` (LPM tries). */
struct reflector_network6_key {
	__u32 prefix_length; /* 0 ... 128 */
	__u8 address[16];
};

enum reflector_network_verdict {
	REFLECTOR_NETWORK_NONE = 0,
	REFLECTOR_NETWORK_ALLOWED = 1,
	REFLECTOR_NETWORK_DENIED = 2,
	REFLECTOR_NETWORK_OWN = 3, /* the interface's own address: nobody else sends from it */
};

/* Maps `networks4`, `networks6`: sources, the longest prefix wins. `destinations4`, `destinations6`: only
 * allowed ones. */
struct reflector_network {
	__u32 configured; /* enum reflector_network_verdict, by file, option or command; wins over */
	__u32 interface; /* the same, by the addresses that the interface has; 0: none */
};

/* Map `denied_macs` (hash). */
struct reflector_mac_key {
	__u8 mac[6];
	__u8 reserved[2]; /* 0 */
};

/* Map `flows` (LRU hash): who talks to whom. IPv4 addresses as ::ffff:a.b.c.d. */
struct reflector_flow_key {
	__u8 source[16];
	__u8 destination[16];
	__be16 source_port;
	__be16 destination_port;
	__u16 vlans[2]; /* identifiers, the outer one first; 0: no tag */
};

enum reflector_flow_state {
	REFLECTOR_FLOW_WATCHED = 0,
	REFLECTOR_FLOW_PROBED = 1, /* a frame came again and again: its hop limit is decremented */
	REFLECTOR_FLOW_CLEARED = 2, /* it didn't come back with less: for a while nothing is looked at */
	REFLECTOR_FLOW_LOOP = 3, /* held off until `until_ns` */
	REFLECTOR_FLOW_STORM = 4, /* the same */
};

/* A conversation. Counts what policy let through. Times: CLOCK_MONOTONIC_COARSE. */
struct reflector_flow {
	__u64 frames;
	__u64 bytes; /* as XDP sees them: without FCS */
	__u64 first_ns;
	__u64 last_ns;
	__u64 fingerprint; /* of the frame that is waited for, to come again */
	__u64 until_ns; /* since when it is, or until when the state lasts */
	__u64 rate; /* 1/256 ns, when the next frame may come (storm) */
	__u32 generation; /* lower half of that under which it was admitted */
	__u16 repeats; /* times that the frame came again */
	__u8 hop_limit; /* that it first had */
	__u8 state; /* enum reflector_flow_state */
	__u8 mac[6]; /* the source's, of the last frame that made or renewed this entry */
	__u8 rule; /* id */
	__u8 reserved; /* 0 */
};

/* Map `source_rates` (LRU hash), by source address as in reflector_flow_key; map `total_rate`, one entry. */
struct reflector_bucket {
	__u64 frames; /* 1/256 ns, when the next frame may come */
	__u64 bits; /* the same by bytes */
};

struct reflector_source_key {
	__u8 address[16];
};

/* Map `alarms`, one entry: conversations that were held off. */
struct reflector_alarms {
	__u64 loops;
	__u64 storms;
	__u64 untracked; /* frames that passed without an entry in `flows`, which had no room */
	__u64 last_ns; /* of the last loop or storm */
	struct reflector_flow_key last;
	__u8 last_mac[6]; /* source */
	__u8 last_state; /* enum reflector_flow_state: what it was */
	__u8 reserved; /* 0 */
};

_Static_assert(sizeof(struct reflector_rate) == 24, "reflector_rate");
_Static_assert(sizeof(struct reflector_network4_key) == 8, "reflector_network4_key");
_Static_assert(sizeof(struct reflector_network6_key) == 20, "reflector_network6_key");
_Static_assert(sizeof(struct reflector_network) == 8, "reflector_network");
_Static_assert(sizeof(struct reflector_mac_key) == 8, "reflector_mac_key");
_Static_assert(sizeof(struct reflector_flow_key) == 40, "reflector_flow_key");
_Static_assert(sizeof(struct reflector_flow) == 72, "reflector_flow");
_Static_assert(sizeof(struct reflector_bucket) == 16, "reflector_bucket");
_Static_assert(sizeof(struct reflector_source_key) == 16, "reflector_source_key");
_Static_assert(sizeof(struct reflector_alarms) == 80, "reflector_alarms");

#endif
