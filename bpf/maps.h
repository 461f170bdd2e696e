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
	__type(value, struct reflector_generation);
} generation SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_address);
} address SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REFLECTOR_BANKS);
	__type(key, __u32);
	__type(value, struct reflector_config);
} config SEC(".maps");

/* Arrays, not the kernel's hash maps: a look at an array is inlined, and the slot is two or three
 * multiplications away. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REFLECTOR_BANKS *REFLECTOR_SLOTS);
	__type(key, __u32);
	__type(value, struct reflector_candidates);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REFLECTOR_BANKS *REFLECTOR_SLOTS);
	__type(key, __u32);
	__type(value, struct reflector_rule);
} signatures SEC(".maps");

/* Policy: who gets an answer, and how often. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, REFLECTOR_MAX_NETWORKS);
	__type(key, struct reflector_network4_key);
	__type(value, struct reflector_network);
} networks4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, REFLECTOR_MAX_NETWORKS);
	__type(key, struct reflector_network6_key);
	__type(value, struct reflector_network);
} networks6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, REFLECTOR_MAX_NETWORKS);
	__type(key, struct reflector_network4_key);
	__type(value, struct reflector_network);
} destinations4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, REFLECTOR_MAX_NETWORKS);
	__type(key, struct reflector_network6_key);
	__type(value, struct reflector_network);
} destinations6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, REFLECTOR_MAX_MACS);
	__type(key, struct reflector_mac_key);
	__type(value, __u32);
} denied_macs SEC(".maps");

/* User space sets max_entries to what --flows says. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct reflector_flow_key);
	__type(value, struct reflector_flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, REFLECTOR_SOURCES);
	__type(key, struct reflector_source_key);
	__type(value, struct reflector_bucket);
} source_rates SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_bucket);
} total_rate SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflector_alarms);
} alarms SEC(".maps");

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
