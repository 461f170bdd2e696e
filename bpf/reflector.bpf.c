// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The way a frame takes through the kernel: parse, match a rule, ask policy, count, and send it back.
 * Everything that is not ours passes to the host's stack untouched.
 *
 * One program for each datapath; only what is used is loaded.
 *
 *   reflector        hands the frame to the socket of its queue. Rewrites nothing: that is the worker's part, in
 *                    user space
 *   reflector_tx     rewrites the frame and sends it back by XDP_TX
 *   reflector_split  hands the frame to another CPU, by its conversation, where
 *   reflector_back   rewrites it and sends it back by the interface that it came from
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "classify.h"
#include "hop_limit.h"
#include "rewrite.h"
#include "spread.h"

/* Set before the programs are loaded, so that the verifier takes the other modes' instructions out. */
const volatile struct {
	__u32 reflect_mode; /* enum reflector_reflect_mode */
	__u32 cpus; /* that frames are spread to: slots in `spread` */
} constants = {.reflect_mode = REFLECTOR_REFLECT_ALL, .cpus = 1};

static __always_inline int redirect(struct xdp_md *context, int multi_buffer)
{
	struct passage passage = {};
	int action = classify(context, multi_buffer, &passage);

	if (action != GOES_BACK)
		return action;
	/* XDP_PASS is what a queue without a socket answers: its frames belong to the stack. With 0
	 * they would be dropped, SSH and ARP with them. */
	action = bpf_redirect_map(&xsks, context->rx_queue_index, XDP_PASS);
	if (action != XDP_REDIRECT) {
		count_outcome(passage.statistics, REFLECTOR_PASSED_NO_SOCKET);
		return XDP_PASS;
	}
	spend_hop(&passage);
	count_outcome(passage.statistics, REFLECTOR_REDIRECTED);
	count_rule(passage.rule_id, frame_length(&passage));
	return XDP_REDIRECT;
}

static __always_inline int reflect(struct xdp_md *context, int multi_buffer)
{
	struct reflector_queue_counters *queue;
	struct passage passage = {};
	int action = classify(context, multi_buffer, &passage);
	__u32 index;

	if (action != GOES_BACK)
		return action;
	index = context->rx_queue_index;
	queue = bpf_map_lookup_elem(&queue_counters, &index);
	if (!queue || queue->closed ||
	    !rewrite(passage.data, passage.data_end, &passage.parsed, constants.reflect_mode)) {
		count_outcome(passage.statistics, REFLECTOR_PASSED_OTHER_QUEUE);
		return XDP_PASS;
	}
	spend_hop(&passage);
	count_outcome(passage.statistics, REFLECTOR_REFLECTED);
	count_rule(passage.rule_id, frame_length(&passage));
	queue->reflected++;
	return XDP_TX;
}

static __always_inline int split(struct xdp_md *context, int multi_buffer)
{
	struct reflector_queue_counters *queue;
	struct passage passage = {};
	int action = classify(context, multi_buffer, &passage);
	__u32 index, *cpu;

	if (action != GOES_BACK)
		return action;
	index = context->rx_queue_index;
	queue = bpf_map_lookup_elem(&queue_counters, &index);
	if (!queue || queue->closed) {
		count_outcome(passage.statistics, REFLECTOR_PASSED_OTHER_QUEUE);
		return XDP_PASS;
	}
	index = slot_of_conversation(passage.data, passage.data_end, &passage.parsed, constants.cpus);
	cpu = bpf_map_lookup_elem(&spread, &index);
	if (!cpu || bpf_redirect_map(&cpus, *cpu, XDP_PASS) != XDP_REDIRECT) {
		count_outcome(passage.statistics, REFLECTOR_PASSED_NO_CPU);
		return XDP_PASS;
	}
	spend_hop(&passage);
	count_outcome(passage.statistics, REFLECTOR_SPREAD);
	count_rule(passage.rule_id, frame_length(&passage));
	queue->spread++;
	return XDP_REDIRECT;
}

/* In a thread of the CPUMAP's. The frame's queue is lost by now, and so is what the first program found out:
 * its headers are read again, which costs less than the metadata that not all drivers carry. Not the
 * addresses: the interface may have got another one since. */
static __always_inline int send_back(struct xdp_md *context, int multi_buffer)
{
	void *data_end = (void *)(long)context->data_end;
	void *data = (void *)(long)context->data;
	struct reflector_cpu_counters *counters;
	struct parsed parsed = {};
	__u32 zero = 0;

	counters = bpf_map_lookup_elem(&cpu_counters, &zero);
	if (!counters)
		return XDP_DROP; /* never: the array has an entry 0 */
	if (parse_headers(data, data_end, whole_length(context, multi_buffer), &parsed) != GO_ON ||
	    !rewrite(data, data_end, &parsed, constants.reflect_mode)) {
		counters->rejected++;
		return XDP_DROP;
	}
	counters->reflected++;
	return bpf_redirect(context->ingress_ifindex, 0);
}

SEC("xdp")
int reflector(struct xdp_md *context)
{
	return redirect(context, 0);
}

SEC("xdp")
int reflector_tx(struct xdp_md *context)
{
	return reflect(context, 0);
}

SEC("xdp")
int reflector_split(struct xdp_md *context)
{
	return split(context, 0);
}

SEC("xdp/cpumap")
int reflector_back(struct xdp_md *context)
{
	return send_back(context, 0);
}

/* The same for frames in several parts. Loaded in the others' place where the interface's MTU is more
 * than a chunk has room for; never both. */
SEC("xdp.frags")
int reflector_frags(struct xdp_md *context)
{
	return redirect(context, 1);
}

SEC("xdp.frags")
int reflector_tx_fr(struct xdp_md *context)
{
	return reflect(context, 1);
}

SEC("xdp.frags")
int reflector_sp_fr(struct xdp_md *context)
{
	return split(context, 1);
}

SEC("xdp.frags/cpumap")
int reflector_bk_fr(struct xdp_md *context)
{
	return send_back(context, 1);
}

char _license[] SEC("license") = "GPL";
