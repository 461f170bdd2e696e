// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The way a frame takes through the kernel: parse, match a rule, count, and hand it to the socket of
 * its queue. Everything that is not ours passes to the host's stack untouched.
 *
 * Nothing here rewrites a frame: that is the worker's part, in user space.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "counters.h"
#include "maps.h"
#include "parse.h"
#include "policy.h"

static __always_inline int redirect(struct xdp_md *context, struct reflector_counters *statistics, __u32 rule_id,
				    __u32 length)
{
	/* XDP_PASS is what a queue without a socket answers: its frames belong to the stack. With 0
	 * they would be dropped, SSH and ARP with them. */
	int action = bpf_redirect_map(&xsks, context->rx_queue_index, XDP_PASS);

	if (action != XDP_REDIRECT) {
		count_outcome(statistics, REFLECTOR_PASSED_NO_SOCKET);
		return XDP_PASS;
	}
	count_outcome(statistics, REFLECTOR_REDIRECTED);
	count_rule(rule_id, length ? length : context->data_end - context->data);
	return XDP_REDIRECT;
}

static __always_inline int reflect(struct xdp_md *context, int multi_buffer)
{
	void *data = (void *)(long)context->data;
	void *data_end = (void *)(long)context->data_end;
	__u32 length = whole_length(context, multi_buffer);
	struct reflector_counters *statistics;
	struct reflector_config *settings;
	enum reflector_outcome outcome;
	struct parsed parsed = {};
	__u32 zero = 0, rule_id = 0;

	statistics = bpf_map_lookup_elem(&counters, &zero);
	settings = bpf_map_lookup_elem(&config, &zero);
	if (!statistics || !settings)
		return XDP_PASS; /* never: both arrays have an entry 0 */

	count_outcome(statistics, REFLECTOR_SEEN);
	outcome = parse(data, data_end, length, settings->mac, &parsed);
	if (outcome == GO_ON)
		outcome = match_rule(data, data_end, &parsed, settings, &rule_id);
	if (outcome == GO_ON)
		return redirect(context, statistics, rule_id, length);
	count_outcome(statistics, outcome);
	return XDP_PASS;
}

SEC("xdp")
int reflector(struct xdp_md *context)
{
	return reflect(context, 0);
}

/* The same for frames in several parts. Loaded in the other's place where the interface's MTU is more than
 * a chunk has room for; never both. */
SEC("xdp.frags")
int reflector_frags(struct xdp_md *context)
{
	return reflect(context, 1);
}

char _license[] SEC("license") = "GPL";
