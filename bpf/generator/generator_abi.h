/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the benchmark and its BPF programs say to each other: one memory-mapped entry, and a histogram
 * beside it.
 *
 * The header is the one truth for both sides, as include/reflector_abi.h is for the reflector: fixed
 * widths, no implicit padding, sizes asserted. Apart from `settings`, which the benchmark writes
 * between two runs, each part has one writer and cache lines of its own: the generator on its CPU,
 * the receiver in the one NAPI of the tester's end.
 *
 * A test frame is the shortest on Ethernet: 60 bytes and the FCS, which a veth doesn't have. It is an
 * ITO frame over IPv4, and its 18 bytes of UDP payload are
 *
 *   0  u32  sequence number, little-endian, from 0
 *   4  u8   1: `time` was set
 *   5  7    signature
 *  12  u32  low half of CLOCK_MONOTONIC in ns when it was made, little-endian
 *  16  u16  the run it belongs to: a late frame of the run before is no frame of this one
 */
#ifndef GENERATOR_ABI_H
#define GENERATOR_ABI_H

#include <linux/types.h>

enum generator_abi {
	/* Bytes of headers and payload that the generator writes; a longer frame has zeros behind. */
	GENERATOR_FRAME = 60,
	GENERATOR_SEQUENCE = 42,
	GENERATOR_TIMED = 46,
	GENERATOR_SIGNATURE = 47,
	GENERATOR_TIME = 54,
	GENERATOR_RUN = 58,
	/*
	 * Map `round_trips`: buckets of ns, exact below 32, then 32 to each power of two, which makes
	 * them 3 % wide. Bucket of v = 32 * (e - 4) + ((v >> (e - 5)) & 31), e = floor(log2 v).
	 */
	GENERATOR_BUCKET_BITS = 5,
	GENERATOR_BUCKETS = 896,
};

/* Written by the benchmark before a run. */
struct generator_settings {
	__u64 sent[8]; /* the frame's first 60 bytes as sent, and 4 of nothing */
	__u64 expected[8]; /* the same as it must come back */
	__u64 duration_ns; /* from the first frame on; after that nothing is sent */
	__u32 ifindex; /* the tester's end */
	__u32 length; /* of the frame in bytes, without FCS */
	__u32 window; /* frames under way at most */
	__u32 time_mask; /* frames whose sequence & time_mask is 0 carry their time */
	__u16 run;
	__u16 reserved[19]; /* 0 */
};

/* Written by the program `generate`. Units: frames. */
struct generator_sent {
	__u64 frames;
	__u64 held; /* calls that sent nothing, because the window was full */
	__u64 started_ns; /* CLOCK_MONOTONIC of the first call; 0: not yet */
	__u64 stopped; /* 1: the time is up */
	__u64 reserved[4]; /* 0 */
};

/* Written by the program `receive`. Units: frames, unless the name says otherwise. */
struct generator_returned {
	__u64 frames;
	__u64 corrupted; /* test frames of this run with another length, address, port or signature */
	__u64 stale; /* test frames of another run */
	__u64 foreign; /* no test frames: passed to the stack */
	__u64 timed;
	__u64 least_ns; /* 0: none yet */
	__u64 most_ns;
	__u64 reserved; /* 0 */
};

/* Map `state`, memory-mapped, one entry. */
struct generator_state {
	struct generator_settings settings;
	struct generator_sent sent;
	struct generator_returned returned;
};

_Static_assert(sizeof(struct generator_settings) == 192, "generator_settings");
_Static_assert(sizeof(struct generator_sent) == 64, "generator_sent");
_Static_assert(sizeof(struct generator_returned) == 64, "generator_returned");
_Static_assert(sizeof(struct generator_state) == 320, "generator_state");

#endif
