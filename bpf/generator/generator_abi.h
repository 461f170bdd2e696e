/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the benchmark and its BPF programs say to each other: a memory-mapped entry for each queue of
 * the tester's end, and a histogram beside it.
 *
 * The header is the one truth for both sides, as include/reflector_abi.h is for the reflector: fixed
 * widths, no implicit padding, sizes asserted. Apart from `settings`, which the benchmark writes
 * between two runs, each part has one writer and cache lines of its own: the queue's generator on its
 * CPU, the receiver in the NAPI of the queue.
 *
 * A test frame is the shortest on Ethernet: 60 bytes and the FCS, which a veth doesn't have. It is an
 * ITO frame over IPv4, and its 18 bytes of UDP payload are
 *
 *   0  u32  sequence number, little-endian, from 0
 *   4  u8   1: `time` was set
 *   5  7    signature
 *  12  u32  low half of CLOCK_MONOTONIC in ns when it was made, little-endian
 *  16  u16  the run it belongs to: a late frame of the run before is no frame of this one
 *
 * With more than one conversation, source address and port follow from the sequence number, and so does
 * the IPv4 header's checksum. The receiver works them out again.
 */
#ifndef GENERATOR_ABI_H
#define GENERATOR_ABI_H

#include <linux/types.h>

enum generator_abi {
	/* Entries of the map `state`. */
	GENERATOR_QUEUES = 16,
	/* Bytes of headers and payload that the generator writes; a longer frame has zeros behind. */
	GENERATOR_FRAME = 60,
	GENERATOR_SEQUENCE = 42,
	GENERATOR_TIMED = 46,
	GENERATOR_SIGNATURE = 47,
	GENERATOR_TIME = 54,
	GENERATOR_RUN = 58,
	/*
	 * Map `round_trips`, for each queue in turn: buckets of ns, exact below 32, then 32 to each power of two, which makes
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
	__u64 interval; /* from one frame to the next, in 1/1024 ns; 0: as soon as the window lets it */
	__u32 ifindex; /* the tester's end */
	__u32 length; /* of the frame in bytes, without FCS */
	__u32 window; /* frames under way at most */
	__u32 time_mask; /* frames whose sequence & time_mask is 0 carry their time */
	__u32 queues; /* in use */
	__u32 burst; /* with an interval: frames that may be sent late, one behind the other; the rest never */
	__u32 conversations; /* different pairs of source address and port; 1: all frames are alike */
	__u32 per_address; /* conversations of one source address */
	__u32 address; /* the first one, as a number */
	__u32 address_step; /* from one to the next */
	__u32 header_sum; /* of the IPv4 header's 16-bit words, but for checksum and source address */
	__u16 port; /* the first source port, as a number */
	__u16 run;
};

/* Written by the program `generate`. Units: frames. */
struct generator_sent {
	__u64 frames;
	__u64 held; /* calls that sent nothing, because the window was full */
	__u64 started_ns; /* CLOCK_MONOTONIC of the first call; 0: not yet */
	__u64 stopped; /* 1: the time is up */
	__u64 due; /* with an interval: when the next frame is, in 1/1024 ns since the start */
	__u64 reserved[3]; /* 0 */
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
	__u64 first_ns; /* CLOCK_MONOTONIC when the first frame came back; 0: none yet */
};

/* Map `state`, memory-mapped, an entry for each queue. */
struct generator_state {
	struct generator_settings settings;
	struct generator_sent sent;
	struct generator_returned returned;
};

/* Map `calls`, memory-mapped, one entry. The benchmark writes the first four. */
struct generator_calls {
	__u64 pid_device; /* of the PID namespace's file, in which the process has its number */
	__u64 pid_inode;
	__u32 process; /* whose system calls are counted; 0: nobody's */
	__u32 reserved; /* 0 */
	__u64 count;
};

_Static_assert(sizeof(struct generator_calls) == 32, "generator_calls");
_Static_assert(sizeof(struct generator_settings) == 192, "generator_settings");
_Static_assert(sizeof(struct generator_sent) == 64, "generator_sent");
_Static_assert(sizeof(struct generator_returned) == 64, "generator_returned");
_Static_assert(sizeof(struct generator_state) == 320, "generator_state");

#endif
