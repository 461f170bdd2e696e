/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the XDP program and user space say to each other: the values of the pinned maps.
 *
 * This header is the one truth for both sides. The BPF compiler reads it, Swift imports it as the
 * module CReflectorABI, and bpftool shows its names through BTF. So: fixed-width types, enums
 * instead of macros, no bit-fields, no implicit padding, and every size asserted here (the compiler
 * checks it on both sides) and once more from Swift in the tests.
 *
 * A change of any layout raises REFLECTOR_ABI_VERSION: a `stats` of another version then says so
 * instead of printing nonsense.
 */
#ifndef REFLECTOR_ABI_H
#define REFLECTOR_ABI_H

#include <linux/types.h>

#include "reflector_policy_abi.h"

enum reflector_abi {
	REFLECTOR_ABI_VERSION = 2,
	/* Rules at once; a rule's id is its index in `rule_counters`. */
	REFLECTOR_MAX_RULES = 64,
	/* Slots in each of the tables `ports` and `signatures`: a power of two, and so many more than rules
	 * that a seed is soon found with which no two share one. */
	REFLECTOR_SLOTS = 1024,
	/* Different (offset, length) pairs among the rules that one UDP port can match. Each costs a
	 * look-up per frame for that port, whatever the number of rules. */
	REFLECTOR_MAX_SHAPES = 4,
	/* Bytes of a signature. */
	REFLECTOR_MAX_SIGNATURE = 16,
	/* Highest offset of a signature in the UDP payload. */
	REFLECTOR_MAX_OFFSET = 1024,
	/* Frames that may wait for each CPU that frames are spread to. */
	REFLECTOR_SPREAD_QUEUE = 2048,
	/* Rules and settings are kept twice: those in force, and those that are being written. */
	REFLECTOR_BANKS = 2,
	/* Networks in each of `networks4`, `networks6`, `destinations4` and `destinations6`. */
	REFLECTOR_MAX_NETWORKS = 131072,
	/* Addresses in `denied_macs`. */
	REFLECTOR_MAX_MACS = 1024,
	/* Conversations in `flows`, unless --flows says otherwise. */
	REFLECTOR_FLOWS = 1048576,
	/* Sources whose rate is kept, in `source_rates`. */
	REFLECTOR_SOURCES = 65536,
	REFLECTOR_RULE_NAME_SIZE = 24,
	REFLECTOR_INTERFACE_NAME_SIZE = 16,
};

/*
 * Every way out of the XDP program, and the number of frames that came in. The values index
 * struct reflector_counters as an array of __u64.
 *
 * seen = redirected + reflected + spread + the sum of all passed_* and of all dropped_*
 */
enum reflector_outcome {
	REFLECTOR_SEEN = 0,
	REFLECTOR_REDIRECTED, /* to a socket: datapath xsk */
	REFLECTOR_REFLECTED, /* sent back from here (XDP_TX): datapath kernel */
	REFLECTOR_SPREAD, /* handed to another CPU, which sends it back: datapath kernel with --spread */
	/* 1: Ethernet */
	REFLECTOR_PASSED_TRUNCATED, /* Ethernet header or a tag cut short */
	REFLECTOR_PASSED_MULTICAST_DESTINATION, /* multicast or broadcast destination MAC */
	REFLECTOR_PASSED_FOREIGN_DESTINATION, /* destination MAC is not the interface's */
	REFLECTOR_PASSED_MULTICAST_SOURCE, /* multicast or broadcast source MAC */
	REFLECTOR_PASSED_OWN_SOURCE, /* source MAC is the interface's own */
	/* 2: VLAN */
	REFLECTOR_PASSED_TOO_MANY_TAGS, /* more than two tags */
	/* 3: IP */
	REFLECTOR_PASSED_NOT_IP, /* ARP, slow protocols, ... */
	REFLECTOR_PASSED_MALFORMED_IP, /* version, header length or total length don't fit */
	REFLECTOR_PASSED_FRAGMENT, /* any fragment, the first one too */
	REFLECTOR_PASSED_NOT_UDP, /* another protocol, or an IPv6 extension header */
	REFLECTOR_PASSED_MULTICAST_IP, /* multicast, broadcast or class E source or destination */
	REFLECTOR_PASSED_SAME_IP, /* source address = destination address */
	/* 4: UDP */
	REFLECTOR_PASSED_MALFORMED_UDP, /* UDP length doesn't fit the IP payload */
	REFLECTOR_PASSED_OTHER_PORT, /* no rule for this destination port */
	/* 5: rule */
	REFLECTOR_PASSED_TRUNCATED_SIGNATURE, /* payload too short for any rule of the port */
	REFLECTOR_PASSED_OTHER_SIGNATURE, /* long enough, and no rule matched */
	REFLECTOR_PASSED_FOREIGN_OUI, /* matched, but the source MAC has another OUI */
	/* 6: policy, as the settings say: passed here, or dropped below */
	REFLECTOR_PASSED_HOP_LIMIT, /* its hop limit is used up: it has been going round */
	REFLECTOR_PASSED_DENIED_MAC, /* its source MAC is denied */
	REFLECTOR_PASSED_LOOP, /* its conversation was found to go round, and is held off */
	REFLECTOR_PASSED_STORM, /* its conversation was faster than allowed, and is held off */
	REFLECTOR_PASSED_OWN_IP, /* its source address is the interface's own */
	REFLECTOR_PASSED_DENIED_SOURCE, /* its source address is in a denied network */
	REFLECTOR_PASSED_OTHER_SOURCE, /* its source address is in no allowed network */
	REFLECTOR_PASSED_OTHER_DESTINATION, /* its destination address is in no allowed network */
	REFLECTOR_PASSED_SOURCE_RATE, /* its source sends more than allowed */
	REFLECTOR_PASSED_TOTAL_RATE, /* all sources together send more than allowed */
	/* 7: redirect, or send back */
	REFLECTOR_PASSED_OTHER_QUEUE, /* matched, but its queue is not among those that reflect: datapath kernel */
	REFLECTOR_PASSED_NO_CPU, /* matched, but the CPU that it was to go to isn't in the CPUMAP */
	REFLECTOR_PASSED_NO_SOCKET, /* matched, but its queue has no socket */
	/* 6 once more, in the same order: refused by policy, and dropped */
	REFLECTOR_DROPPED_HOP_LIMIT,
	REFLECTOR_DROPPED_DENIED_MAC,
	REFLECTOR_DROPPED_LOOP,
	REFLECTOR_DROPPED_STORM,
	REFLECTOR_DROPPED_OWN_IP,
	REFLECTOR_DROPPED_DENIED_SOURCE,
	REFLECTOR_DROPPED_OTHER_SOURCE,
	REFLECTOR_DROPPED_OTHER_DESTINATION,
	REFLECTOR_DROPPED_SOURCE_RATE,
	REFLECTOR_DROPPED_TOTAL_RATE,
	REFLECTOR_OUTCOMES,
	/* From the passed_* of a reason of policy to its dropped_*. */
	REFLECTOR_POLICY_DROPS = REFLECTOR_DROPPED_HOP_LIMIT - REFLECTOR_PASSED_HOP_LIMIT,
};

/* Map `counters`, per CPU, one entry. Units: frames. */
struct reflector_counters {
	__u64 seen;
	__u64 redirected;
	__u64 reflected;
	__u64 spread;
	__u64 passed_truncated;
	__u64 passed_multicast_destination;
	__u64 passed_foreign_destination;
	__u64 passed_multicast_source;
	__u64 passed_own_source;
	__u64 passed_too_many_tags;
	__u64 passed_not_ip;
	__u64 passed_malformed_ip;
	__u64 passed_fragment;
	__u64 passed_not_udp;
	__u64 passed_multicast_ip;
	__u64 passed_same_ip;
	__u64 passed_malformed_udp;
	__u64 passed_other_port;
	__u64 passed_truncated_signature;
	__u64 passed_other_signature;
	__u64 passed_foreign_oui;
	__u64 passed_hop_limit;
	__u64 passed_denied_mac;
	__u64 passed_loop;
	__u64 passed_storm;
	__u64 passed_own_ip;
	__u64 passed_denied_source;
	__u64 passed_other_source;
	__u64 passed_other_destination;
	__u64 passed_source_rate;
	__u64 passed_total_rate;
	__u64 passed_other_queue;
	__u64 passed_no_cpu;
	__u64 passed_no_socket;
	__u64 dropped_hop_limit;
	__u64 dropped_denied_mac;
	__u64 dropped_loop;
	__u64 dropped_storm;
	__u64 dropped_own_ip;
	__u64 dropped_denied_source;
	__u64 dropped_other_source;
	__u64 dropped_other_destination;
	__u64 dropped_source_rate;
	__u64 dropped_total_rate;
};

/* Where in the UDP payload a signature may stand, and how long it is. */
struct reflector_shape {
	__u16 offset; /* of the signature's first byte, 0 ... REFLECTOR_MAX_OFFSET */
	__u16 length; /* 1 ... REFLECTOR_MAX_SIGNATURE */
	__u16 port; /* to look up with: the port itself, or 0 for a rule that takes any port */
	__u16 reserved; /* 0 */
	/* 0xff where a byte belongs to the signature, 0 before: see reflector_signature.bytes */
	__u8 mask[16];
};

/* Map `ports`, by bank * REFLECTOR_SLOTS + reflector_port_slot(): what to try for a UDP destination port, in this order. */
struct reflector_candidates {
	__u32 count; /* of shapes; 0: an empty slot */
	__u32 port; /* host byte order; 0 in `config` */
	struct reflector_shape shapes[4]; /* [REFLECTOR_MAX_SHAPES] */
};

/*
 * What the map `signatures` is looked up with. The signature is right-aligned in `bytes`: the program reads the 16
 * bytes that END where the signature ends. That is always inside the frame, because at least 42
 * bytes of headers come before the payload, and so a signature that ends with the frame needs no
 * byte-wise loop.
 */
struct reflector_signature {
	__u16 port; /* host byte order; 0: any */
	__u16 offset;
	__u16 length;
	__u16 reserved; /* 0 */
	__u8 bytes[16]; /* [REFLECTOR_MAX_SIGNATURE], zeros first */
};

/* Map `signatures`, by bank * REFLECTOR_SLOTS + reflector_signature_slot(). */
struct reflector_rule {
	struct reflector_signature signature; /* length 0: an empty slot */
	__u32 id; /* index in `rule_counters`; stays the rule's as long as it is in force */
	__u32 position; /* in the list of rules: the first that matches wins */
	char name[24]; /* [REFLECTOR_RULE_NAME_SIZE], NUL-terminated */
};

/* Map `rule_counters`, per CPU, by rule id. Counted when the rule matched and the frame was
 * redirected, reflected in the kernel, or spread. */
struct reflector_rule_counters {
	__u64 frames;
	__u64 bytes; /* of the frames as XDP sees them: without FCS */
};

/* Map `queue_counters`, per CPU, one entry a queue: datapath kernel. Units: frames. */
struct reflector_queue_counters {
	__u64 reflected; /* received on this queue and sent back */
	__u64 closed; /* 1: this queue's frames go to the stack (--queues names others) */
	__u64 spread; /* received on this queue and handed to another CPU */
};

/* Map `cpus`, by CPU: struct bpf_cpumap_val, in which a union is that Swift takes for more than bytes. */
struct reflector_cpu {
	__u32 queue; /* frames that may wait for the CPU */
	__u32 program; /* that the CPU runs on them: the descriptor when written, the id when read */
};

/* Map `cpu_counters`, per CPU, one entry: datapath kernel with --spread. Counted on the CPU that a frame was
 * spread to. Units: frames.
 *
 * spread = the sum of reflected and rejected over the CPUs + refusals.overflowed + those in the queues between
 */
struct reflector_cpu_counters {
	__u64 reflected; /* rewritten and given to the driver to send */
	__u64 rejected; /* headers don't parse any more: dropped */
};

/* Map `refusals`, per CPU, one entry: datapath kernel. Counted by programs on the kernel's tracepoints,
 * where those tell (session.counts_refusals). Units: frames. */
struct reflector_refusals {
	__u64 refused; /* reflected, and not taken by the driver or its far end */
	__u64 overflowed; /* spread, and not taken by the other CPU's queue, which was full */
};

/*
 * Map `generation`, one entry: which settings are in force, and when they changed. `config`, `ports` and
 * `signatures` are read in the bank generation & 1: user space writes the other bank, and then this, one word,
 * so that no frame meets half a change. Plus one: the other bank. Plus two: the same bank, and what is known of
 * conversations has to be looked up again, because a list of networks changed.
 */
struct reflector_generation {
	__u64 number;
};

/* Map `address`, one entry: written apart from all else, when the interface gets another address. */
struct reflector_address {
	__u8 mac[6]; /* the interface's own */
	__u8 reserved[2]; /* 0 */
};

/* Map `config`, by bank: what user space tells the program. */
struct reflector_config {
	__u8 oui[3]; /* the source OUI that is answered */
	__u8 any_oui; /* 1: don't look at the source OUI */
	__u32 seed; /* of the slots in `ports` and `signatures`; odd */
	__u32 checks; /* enum reflector_checks */
	__u8 pass_refused; /* 1: what policy refuses passes to the stack; 0: it is dropped */
	__u8 refuse_other_sources; /* 1: a source in no network of the lists is refused */
	__u8 loop_guard; /* enum reflector_loop_guard */
	__u8 reserved; /* 0 */
	struct reflector_rate source_rate; /* of each source address */
	struct reflector_rate total_rate; /* of all together */
	__u64 storm_cost; /* as reflector_rate.frame_cost, of one conversation */
	__u64 storm_burst;
	__u64 hold_ns; /* how long a conversation is held off after a loop or a storm */
	struct reflector_candidates any_port; /* for ports that `ports` doesn't have */
};

/*
 * Where an entry of `ports` or `signatures` stands. User space picks a seed with which no two entries share a
 * slot: one look at the array and one comparison find it, or find that there is none. Multiplication by an odd
 * number loses nothing, and its upper bits depend on all of the factor's.
 */
static inline __attribute__((always_inline)) __u32 reflector_port_slot(__u16 port, __u32 seed)
{
	return (port * seed) >> 22;
}

/* `words` are the 24 bytes of struct reflector_signature, as the machine has them. */
static inline __attribute__((always_inline)) __u32 reflector_signature_slot(const __u64 *words, __u32 seed)
{
	__u64 factor = ((__u64)seed << 32) | seed;

	return (((words[0] * factor ^ words[1]) * factor ^ words[2]) * factor) >> 54;
}

/* Who sends the frames back. */
enum reflector_datapath {
	REFLECTOR_DATAPATH_NONE = 0,
	REFLECTOR_DATAPATH_XSK = 1, /* workers, through AF_XDP sockets */
	REFLECTOR_DATAPATH_KERNEL = 2, /* the program itself (XDP_TX) */
};

/* How the program is attached. */
enum reflector_attach_mode {
	REFLECTOR_ATTACH_NONE = 0,
	REFLECTOR_ATTACH_NATIVE = 1, /* XDP_FLAGS_DRV_MODE */
	REFLECTOR_ATTACH_GENERIC = 2, /* XDP_FLAGS_SKB_MODE */
};

/* How a queue's socket is bound. */
enum reflector_bind_mode {
	REFLECTOR_BIND_NONE = 0, /* no socket on this queue */
	REFLECTOR_BIND_COPY = 1,
	REFLECTOR_BIND_ZERO_COPY = 2,
};

/* Which headers are swapped. */
enum reflector_reflect_mode {
	REFLECTOR_REFLECT_MAC = 1,
	REFLECTOR_REFLECT_MAC_IP = 2,
	REFLECTOR_REFLECT_ALL = 3,
};

/*
 * Map `session`, one entry: who runs here. Readers take these pins for dead when no XDP program with
 * program_id exists any more.
 */
struct reflector_session {
	__u32 abi_version;
	__u32 pid; /* in the pid namespace of the reflector */
	__u32 ifindex;
	__u32 program_id; /* of the program that is attached; another one once queues were added */
	__u64 netns; /* inode of the network namespace */
	__u64 started_ns; /* CLOCK_MONOTONIC */
	__u64 statistics_ns; /* CLOCK_MONOTONIC, when xsk_statistics was last written whole */
	enum reflector_attach_mode attach_mode;
	enum reflector_reflect_mode reflect_mode;
	/* Entries in use of the maps with one a queue; only grows. */
	__u32 queues;
	enum reflector_datapath datapath;
	__u32 counts_refusals; /* 1: `refusals` tells; 0: how many frames the driver refused isn't known */
	__u32 spread; /* CPUs that frames are spread to, by `spread`; 0: they stay on theirs */
	/* Reloads of the configuration. There is one under way as long as the first number is more than the others
	 * together. */
	__u32 reload_requests; /* begun */
	__u32 reloads; /* of these, done */
	__u32 reload_failures; /* of these, refused: the settings are as they were */
	__u32 reserved;
	char interface[16]; /* [REFLECTOR_INTERFACE_NAME_SIZE], NUL-terminated */
};

/*
 * Map `workers`, memory-mapped, one entry a queue; the worker of that queue is the only writer, and
 * no two queues share a cache line. Units: frames, unless the name says otherwise.
 *
 * received = reflected + the sum of all rejected_*
 * reflected = completed + in flight
 */
struct reflector_worker {
	__u64 received; /* taken from the RX ring */
	__u64 reflected; /* submitted to the TX ring */
	__u64 completed; /* came back on the completion ring */
	__u64 refused; /* of the completed, those that the device did not take (EBUSY) */
	__u64 rejected_invalid_descriptor; /* address or length outside of the UMEM's chunk */
	__u64 rejected_not_reflectable; /* headers don't parse: changed under way */
	__u64 batches; /* turns that received at least one frame */
	__u64 held; /* turns in which frames waited in the RX ring for room in the TX ring */
	__u64 tx_wakeups; /* system calls that kicked TX */
	__u64 rx_wakeups; /* system calls that kicked the fill ring */
	__u64 polls; /* times the worker blocked */
	__u64 link_down; /* kicks answered by ENETDOWN */
	__u32 queue;
	__u32 cpu; /* where the worker runs; 0xffffffff: not pinned */
	__u32 frames; /* chunks of this queue's UMEM */
	enum reflector_bind_mode bind_mode;
	__u64 reserved[2]; /* 0; fills the second cache line */
};

/* Map `xsk_statistics`, memory-mapped, one entry a queue: struct xdp_statistics (SOL_XDP
 * XDP_STATISTICS) of the queue's socket, copied a few times a second. */
struct reflector_xsk_statistics {
	__u64 rx_dropped; /* bad or too long for the chunk, and the like */
	__u64 rx_invalid_descs; /* bad addresses in the fill ring */
	__u64 tx_invalid_descs; /* bad TX descriptors: each a frame lost for good */
	__u64 rx_ring_full;
	__u64 rx_fill_ring_empty_descs; /* frames that found the fill ring empty */
	__u64 tx_ring_empty_descs; /* times the kernel found the TX ring empty: harmless */
	__u64 reserved[2]; /* 0 */
};

_Static_assert(sizeof(struct reflector_counters) == 8 * REFLECTOR_OUTCOMES, "an outcome without a counter");
_Static_assert(sizeof(struct reflector_shape) == 24, "reflector_shape");
_Static_assert(sizeof(struct reflector_candidates) == 104, "reflector_candidates");
_Static_assert(sizeof(struct reflector_signature) == 24, "reflector_signature");
_Static_assert(sizeof(struct reflector_rule) == 56, "reflector_rule");
_Static_assert(sizeof(struct reflector_rule_counters) == 16, "reflector_rule_counters");
_Static_assert(sizeof(struct reflector_queue_counters) == 24, "reflector_queue_counters");
_Static_assert(sizeof(struct reflector_cpu) == 8, "reflector_cpu");
_Static_assert(sizeof(struct reflector_cpu_counters) == 16, "reflector_cpu_counters");
_Static_assert(sizeof(struct reflector_refusals) == 16, "reflector_refusals");
_Static_assert(sizeof(struct reflector_generation) == 8, "reflector_generation");
_Static_assert(sizeof(struct reflector_address) == 8, "reflector_address");
_Static_assert(sizeof(struct reflector_config) == 192, "reflector_config");
_Static_assert(sizeof(struct reflector_session) == 96, "reflector_session");
_Static_assert(sizeof(struct reflector_worker) == 128, "reflector_worker");
_Static_assert(sizeof(struct reflector_xsk_statistics) == 64, "reflector_xsk_statistics");

#endif
