// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Counts the frames that were sent back and that the driver didn't take, and those that another CPU's queue
 * didn't. The programs that sent them never hear of it; the kernel tells on its tracepoints.
 *
 * Two for frames that are sent by XDP_TX, three for those that are spread over CPUs; the others aren't loaded.
 *
 * An object of its own, because it takes the kernel's BTF (CONFIG_DEBUG_INFO_BTF), without which the reflector
 * runs all the same.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "include/reflector_abi.h"

/* Of the kernel's own structures what is read here; where it stands is found out at the load. */
struct ns_common {
	unsigned int inum;
} __attribute__((preserve_access_index));

struct net {
	struct ns_common ns;
} __attribute__((preserve_access_index));

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	int ifindex;
	possible_net_t nd_net;
} __attribute__((preserve_access_index));

/* The reflector's own; user space puts it here. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_refusals);
} refusals SEC(".maps");

/* Whose frames are counted: an index alone would be another interface's in another namespace. */
const volatile struct {
	int ifindex;
	__u32 netns; /* inode */
	__u32 cpumap; /* id */
} watched = {};

static __always_inline int is_watched(const struct net_device *device)
{
	return device->ifindex == watched.ifindex && device->nd_net.net->ns.inum == watched.netns;
}

static __always_inline void count_refused(__u64 frames)
{
	struct reflector_refusals *counters;
	__u32 zero = 0;

	counters = bpf_map_lookup_elem(&refusals, &zero);
	if (counters)
		counters->refused += frames;
}

static __always_inline void count_overflowed(__u64 frames)
{
	struct reflector_refusals *counters;
	__u32 zero = 0;

	counters = bpf_map_lookup_elem(&refusals, &zero);
	if (counters)
		counters->overflowed += frames;
}

/* veth: a batch was handed to the far end, which took a part of it.
 * arguments: const struct net_device *, int sent, int drops, int err */
SEC("tp_btf/xdp_bulk_tx")
int count_bulk(__u64 *arguments)
{
	int drops = (int)arguments[2];

	if (drops > 0 && is_watched((const struct net_device *)arguments[0]))
		count_refused(drops);
	return 0;
}

/* A frame that never came into a batch, or to the ring of a driver that has no batches.
 * arguments: const struct net_device *, const struct bpf_prog *, u32 act */
SEC("tp_btf/xdp_exception")
int count_exception(__u64 *arguments)
{
	if ((__u32)arguments[2] == XDP_TX && is_watched((const struct net_device *)arguments[0]))
		count_refused(1);
	return 0;
}

/* Spread: a batch was put into another CPU's queue, which had room for a part of it.
 * arguments: int map_id, unsigned int processed, unsigned int drops, int to_cpu */
SEC("tp_btf/xdp_cpumap_enqueue")
int count_enqueue(__u64 *arguments)
{
	__u32 drops = arguments[2];

	if (drops != 0 && (__u32)arguments[0] == watched.cpumap)
		count_overflowed(drops);
	return 0;
}

/* Spread: a batch was given to the driver, which took a part of it.
 * arguments: const struct net_device *from, const struct net_device *to, int sent, int drops, int err */
SEC("tp_btf/xdp_devmap_xmit")
int count_transmit(__u64 *arguments)
{
	const struct net_device *from = (const struct net_device *)arguments[0];
	int drops = (int)arguments[3];

	/* Others may redirect to the interface, too. */
	if (drops > 0 && from && from == (const struct net_device *)arguments[1] && is_watched(from))
		count_refused(drops);
	return 0;
}

/* Spread: a frame that never came into a batch, on its way to the other CPU (with a map) or out (without).
 * arguments: const struct net_device *, const struct bpf_prog *, const void *target, int err,
 * enum bpf_map_type, u32 map_id, u32 index; before Linux 5.13, const struct bpf_map * in the place of the type */
SEC("tp_btf/xdp_redirect_err")
int count_redirect(__u64 *arguments)
{
	if (!is_watched((const struct net_device *)arguments[0]))
		return 0;
	if (arguments[4] != 0)
		count_overflowed(1);
	else
		count_refused(1);
	return 0;
}

char _license[] SEC("license") = "GPL";
