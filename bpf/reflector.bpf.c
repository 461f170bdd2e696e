// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The way a frame takes through the kernel: parse, match a rule, count, and send it back. Everything that is
 * not ours passes to the host's stack untouched.
 *
 * One program for each datapath; only the one that is attached is loaded.
 *
 *   reflector     hands the frame to the socket of its queue. Rewrites nothing: that is the worker's part, in
 *                 user space
 *   reflector_tx  rewrites the frame and sends it back by XDP_TX
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "classify.h"
#include "rewrite.h"

/* enum reflector_reflect_mode. Set before the program is loaded, so that the verifier takes the other modes'
 * instructions out. */
const volatile __u32 reflect_mode = REFLECTOR_REFLECT_ALL;

static __always_inline int redirect(struct xdp_md *context, int multi_buffer)
{
	struct passage passage = {};
	int action;

	if (!is_ours(context, multi_buffer, &passage))
		return XDP_PASS;
	/* XDP_PASS is what a queue without a socket answers: its frames belong to the stack. With 0
	 * they would be dropped, SSH and ARP with them. */
	action = bpf_redirect_map(&xsks, context->rx_queue_index, XDP_PASS);
	if (action != XDP_REDIRECT) {
		count_outcome(passage.statistics, REFLECTOR_PASSED_NO_SOCKET);
		return XDP_PASS;
	}
	count_outcome(passage.statistics, REFLECTOR_REDIRECTED);
	count_rule(passage.rule_id, frame_length(&passage));
	return XDP_REDIRECT;
}

static __always_inline int reflect(struct xdp_md *context, int multi_buffer)
{
	struct reflector_queue_counters *queue;
	struct passage passage = {};
	__u32 index;

	if (!is_ours(context, multi_buffer, &passage))
		return XDP_PASS;
	index = context->rx_queue_index;
	queue = bpf_map_lookup_elem(&queue_counters, &index);
	if (!queue || queue->closed || !rewrite(passage.data, passage.data_end, &passage.parsed, reflect_mode)) {
		count_outcome(passage.statistics, REFLECTOR_PASSED_OTHER_QUEUE);
		return XDP_PASS;
	}
	count_outcome(passage.statistics, REFLECTOR_REFLECTED);
	count_rule(passage.rule_id, frame_length(&passage));
	queue->reflected++;
	return XDP_TX;
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

/* The same two for frames in several parts. Loaded in the others' place where the interface's MTU is more
 * than a chunk has room for; of all four never more than one. */
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

char _license[] SEC("license") = "GPL";
