/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The pinned maps. Their names are the file names under /sys/fs/bpf/reflector-xdp/<interface>/. */
#ifndef REFLECTOR_MAPS_H
#define REFLECTOR_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "include/reflector_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_config);
} config SEC(".maps");

/* Arrays, not the kernel's hash maps: a look at an array is inlined, and the slot is two or three
 * multiplications away. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REFLECTOR_SLOTS);
	__type(key, __u32);
	__type(value, struct reflector_candidates);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REFLECTOR_SLOTS);
	__type(key, __u32);
	__type(value, struct reflector_rule);
} signatures SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REFLECTOR_MAX_RULES);
	__type(key, __u32);
	__type(value, struct reflector_rule_counters);
} rule_counters SEC(".maps");

/* The number of queues is known when the program is loaded: user space sets max_entries of this map and of
 * the others with an entry a queue. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_queue_counters);
} queue_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xsks SEC(".maps");

/* Which CPU a conversation's slot stands for: datapath kernel with --spread. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} spread SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_cpu_counters);
} cpu_counters SEC(".maps");

/* By CPU: a queue, a kernel thread that takes frames out, and the program that it runs on them. The one map
 * that isn't pinned: a pin would keep the threads after the reflector's end. */
struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_cpu);
} cpus SEC(".maps");

/* The four below are never touched by these programs. They are here to be loaded and pinned with them. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_refusals);
} refusals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_session);
} session SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_worker);
} workers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_xsk_statistics);
} xsk_statistics SEC(".maps");

#endif
