// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Counts the frames that were sent back by XDP_TX and that the driver didn't take. The program that sent
 * them never hears of it; the kernel tells on its tracepoints.
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
} watched = {};

static __always_inline void count(const struct net_device *device, __u64 frames)
{
	struct reflector_refusals *counters;
	__u32 zero = 0;

	if (device->ifindex != watched.ifindex || device->nd_net.net->ns.inum != watched.netns)
		return;
	counters = bpf_map_lookup_elem(&refusals, &zero);
	if (counters)
		counters->refused += frames;
}

/* veth: a batch was handed to the far end, which took a part of it.
 * arguments: const struct net_device *, int sent, int drops, int err */
SEC("tp_btf/xdp_bulk_tx")
int count_bulk(__u64 *arguments)
{
	int drops = (int)arguments[2];

	if (drops > 0)
		count((const struct net_device *)arguments[0], drops);
	return 0;
}

/* A frame that never came into a batch, or to the ring of a driver that has no batches.
 * arguments: const struct net_device *, const struct bpf_prog *, u32 act */
SEC("tp_btf/xdp_exception")
int count_exception(__u64 *arguments)
{
	if ((__u32)arguments[2] == XDP_TX)
		count((const struct net_device *)arguments[0], 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
