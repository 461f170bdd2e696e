// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The tester of `bench`: four programs of which none is part of the reflector.
 *
 *   generate  run by BPF_PROG_TEST_RUN with live frames (Linux 5.18): makes a frame and redirects it
 *             into the tester's end of the veth pair
 *   receive   attached natively to the tester's end: counts what comes back, and drops it
 *   reflect   attached natively to the reflector's end: the least a reflector can do, in the kernel.
 *             It is what the real one is compared with
 *   count_calls  attached to sys_enter in runs of its own: counts a process's system calls
 *
 * The loop is closed: a frame is sent when one has come back. The window has to be kept here, because
 * a call of BPF_PROG_TEST_RUN takes some 20 ms to set up and so is made once a run. With an interval it
 * is open: frames are sent by the clock, and what isn't taken is lost.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "generator/generator_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, GENERATOR_QUEUES);
	__type(key, __u32);
	__type(value, struct generator_state);
} state SEC(".maps");

/* Not per CPU: the only writer of a queue's part is the NAPI of that queue, wherever that runs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, GENERATOR_QUEUES *GENERATOR_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} round_trips SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct generator_calls);
} calls SEC(".maps");

/* IPv4 without options: all that the generator makes. */
enum offsets { SOURCE_MAC = 6, ETHERTYPE = 12, IP_CHECKSUM = 24, IP_ADDRESSES = 26, UDP_PORTS = 34, UDP_END = 42 };

/* What a frame's sequence number makes of its source, in network order. */
struct conversation {
	__u32 address;
	__u16 port;
	__u16 checksum;
};

static __always_inline struct conversation conversation_of(const struct generator_settings *settings, __u32 sequence)
{
	__u32 number = sequence % settings->conversations;
	__u32 address = settings->address + number / settings->per_address * settings->address_step;
	__u32 sum = settings->header_sum + (address >> 16) + (address & 0xffff);
	struct conversation result;

	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	result.address = bpf_htonl(address);
	result.port = bpf_htons(settings->port + number % settings->per_address);
	result.checksum = bpf_htons(~sum);
	return result;
}

/* Every 64th time, because the clock costs as much as the rest. */
static __always_inline int time_is_up(struct generator_sent *sent, const struct generator_settings *settings)
{
	__u64 now;

	if (((sent->frames + sent->held) & 63) == 0) {
		now = bpf_ktime_get_ns();
		if (sent->started_ns == 0)
			sent->started_ns = now;
		else if (now - sent->started_ns >= settings->duration_ns)
			sent->stopped = 1;
	}
	return sent->stopped != 0;
}

/* With an interval: whether the next frame is due. What is late is sent late, but not all of it: a
 * generator that was away for a while would otherwise send a burst that nobody asked for. */
static __always_inline int is_due(struct generator_sent *sent, const struct generator_settings *settings)
{
	__u64 now = (bpf_ktime_get_ns() - sent->started_ns) << 10;
	__u64 late = settings->burst * settings->interval;

	if (now < sent->due)
		return 0;
	if (now - sent->due > late)
		sent->due = now - late;
	sent->due += settings->interval;
	return 1;
}

/* A page is used again as it came back from the last reflection: nothing in it may be relied on. */
static __always_inline void write_frame(__u8 *frame, const struct generator_settings *settings, __u64 sequence)
{
	__u64 *words = (__u64 *)frame;

	for (int i = 0; i < 7; i++)
		words[i] = settings->sent[i];
	*(__u32 *)(frame + 56) = settings->sent[7];
	*(__u32 *)(frame + GENERATOR_SEQUENCE) = sequence;
	*(__u16 *)(frame + GENERATOR_RUN) = settings->run;
	if (settings->conversations > 1) {
		struct conversation one = conversation_of(settings, sequence);

		*(__u16 *)(frame + IP_CHECKSUM) = one.checksum;
		*(__u16 *)(frame + IP_ADDRESSES) = one.address;
		*(__u16 *)(frame + IP_ADDRESSES + 2) = one.address >> 16;
		*(__u16 *)(frame + UDP_PORTS) = one.port;
	}
	if ((sequence & settings->time_mask) == 0) {
		frame[GENERATOR_TIMED] = 1;
		*(__u32 *)(frame + GENERATOR_TIME) = bpf_ktime_get_ns();
	}
}

SEC("xdp")
int generate(struct xdp_md *context)
{
	__u8 *data = (__u8 *)(long)context->data;
	__u8 *data_end = (__u8 *)(long)context->data_end;
	struct generator_state *now;
	__u64 returned;
	__u32 queue = 0;

	now = bpf_map_lookup_elem(&state, &queue);
	if (!now || data + GENERATOR_FRAME > data_end)
		return XDP_DROP;
	if (now->settings.queues > 1) {
		/* As veth chooses the queue of a redirected frame. */
		queue = bpf_get_smp_processor_id() % now->settings.queues;
		now = bpf_map_lookup_elem(&state, &queue);
		if (!now)
			return XDP_DROP;
	}
	if (time_is_up(&now->sent, &now->settings))
		return XDP_DROP;
	/* Written on another CPU. */
	returned = *(volatile __u64 *)&now->returned.frames;
	if (now->sent.frames - returned >= now->settings.window) {
		now->sent.held++;
		return XDP_DROP;
	}
	if (now->settings.interval && !is_due(&now->sent, &now->settings)) {
		now->sent.held++;
		return XDP_DROP;
	}
	write_frame(data, &now->settings, now->sent.frames);
	now->sent.frames++;
	return bpf_redirect(now->settings.ifindex, 0);
}

static __always_inline __u32 log2_of(__u32 value)
{
	__u32 power = 0;

	for (__u32 step = 16; step > 0; step /= 2)
		if (value >> (power + step))
			power += step;
	return power;
}

static __always_inline void count_round_trip(struct generator_returned *returned, __u32 queue, __u32 ns)
{
	__u32 power = log2_of(ns), bucket = ns;
	__u64 *count;

	if (power >= GENERATOR_BUCKET_BITS)
		bucket = ((power - GENERATOR_BUCKET_BITS + 1) << GENERATOR_BUCKET_BITS) +
			 ((ns >> (power - GENERATOR_BUCKET_BITS)) & ((1 << GENERATOR_BUCKET_BITS) - 1));
	bucket += queue * GENERATOR_BUCKETS;
	count = bpf_map_lookup_elem(&round_trips, &bucket);
	if (count)
		++*count;
	returned->timed++;
	if (returned->least_ns == 0 || ns < returned->least_ns)
		returned->least_ns = ns;
	if (ns > returned->most_ns)
		returned->most_ns = ns;
}

/* Destination address and port, which were the source's, and the header's checksum. */
static __always_inline int is_of_its_conversation(const __u8 *frame, const struct generator_settings *settings)
{
	struct conversation one = conversation_of(settings, *(__u32 *)(frame + GENERATOR_SEQUENCE));
	__u32 difference = *(__u16 *)(frame + IP_CHECKSUM) ^ one.checksum;

	difference |= *(__u16 *)(frame + IP_ADDRESSES + 4) ^ (__u16)one.address;
	difference |= *(__u16 *)(frame + IP_ADDRESSES + 6) ^ (__u16)(one.address >> 16);
	return (difference | (*(__u16 *)(frame + UDP_PORTS + 2) ^ one.port)) == 0;
}

/* Addresses and ports swapped, the rest of the headers and the signature as they were sent. Of words 5
 * to 7 only the UDP checksum and the signature: the frame's own numbers stand between. */
static __always_inline int is_as_expected(const __u8 *frame, const struct generator_settings *settings)
{
	const __u64 *words = (const __u64 *)frame;
	__u64 difference = (words[5] ^ settings->expected[5]) & 0xff0000000000ffff;

	for (int i = 0; i < 3; i++)
		difference |= words[i] ^ settings->expected[i];
	if (settings->conversations > 1) {
		/* All but the six bytes that depend on the conversation. */
		difference |= (words[3] ^ settings->expected[3]) & 0x0000ffffffff0000;
		difference |= (words[4] ^ settings->expected[4]) & 0xffff0000ffff0000;
		difference |= !is_of_its_conversation(frame, settings);
	} else {
		difference |= words[3] ^ settings->expected[3];
		difference |= words[4] ^ settings->expected[4];
	}
	return (difference | ((words[6] ^ settings->expected[6]) & 0x0000ffffffffffff)) == 0;
}

SEC("xdp")
int receive(struct xdp_md *context)
{
	__u8 *data = (__u8 *)(long)context->data;
	__u8 *data_end = (__u8 *)(long)context->data_end;
	struct generator_returned *returned;
	struct generator_state *now;
	__u32 queue = context->rx_queue_index;

	now = bpf_map_lookup_elem(&state, &queue);
	if (!now)
		return XDP_PASS;
	returned = &now->returned;
	if (data + GENERATOR_FRAME > data_end || *(__u16 *)(data + ETHERTYPE) != bpf_htons(ETH_P_IP)) {
		returned->foreign++;
		return XDP_PASS;
	}
	if (*(__u16 *)(data + GENERATOR_RUN) != now->settings.run) {
		returned->stale++;
		return XDP_DROP;
	}
	if (data_end - data != now->settings.length || !is_as_expected(data, &now->settings))
		returned->corrupted++;
	if (returned->frames == 0)
		returned->first_ns = bpf_ktime_get_ns();
	if (data[GENERATOR_TIMED])
		count_round_trip(returned, queue, (__u32)bpf_ktime_get_ns() - *(__u32 *)(data + GENERATOR_TIME));
	/* Last: it opens the window. */
	*(volatile __u64 *)&returned->frames = returned->frames + 1;
	return XDP_DROP;
}

static __always_inline void swap16(__u16 *a, __u16 *b)
{
	__u16 kept = *a;

	*a = *b;
	*b = kept;
}

static __always_inline void swap32(__u32 *a, __u32 *b)
{
	__u32 kept = *a;

	*a = *b;
	*b = kept;
}

/* No rules, no policy, no accounts, nothing copied: what is left is the price of the veth pair. */
SEC("xdp")
int reflect(struct xdp_md *context)
{
	__u8 *data = (__u8 *)(long)context->data;
	__u8 *data_end = (__u8 *)(long)context->data_end;

	if (data + UDP_END > data_end || *(__u16 *)(data + ETHERTYPE) != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	swap32((__u32 *)data, (__u32 *)(data + SOURCE_MAC));
	swap16((__u16 *)(data + 4), (__u16 *)(data + SOURCE_MAC + 4));
	swap32((__u32 *)(data + IP_ADDRESSES), (__u32 *)(data + IP_ADDRESSES + 4));
	swap16((__u16 *)(data + UDP_PORTS), (__u16 *)(data + UDP_PORTS + 2));
	return XDP_TX;
}

SEC("raw_tracepoint/sys_enter")
int count_calls(void *context)
{
	struct bpf_pidns_info who = {};
	struct generator_calls *count;
	__u32 zero = 0;

	(void)context;
	count = bpf_map_lookup_elem(&calls, &zero);
	if (!count || count->process == 0)
		return 0;
	if (bpf_get_ns_current_pid_tgid(count->pid_device, count->pid_inode, &who, sizeof(who)) == 0 &&
	    who.tgid == count->process)
		__sync_fetch_and_add(&count->count, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
