// SPDX-License-Identifier: Apache-2.0
//
// The yardstick of the micro-benchmarks: the loop that parses and rewrites frames, in C, and a clock.
#ifndef CMICRO_H
#define CMICRO_H

#include <linux/if_xdp.h>
#include <stddef.h>
#include <stdint.h>

// ReflectorCore's ReflectMode.
enum cmicro_mode {
	CMICRO_MAC,
	CMICRO_MAC_IP,
	CMICRO_ALL,
};

// Reflects the frames that the descriptors name, `batches` times, with the checks and the rewriting of
// ReflectorCore's ReflectMode.reflect. Returns the number of those that were not refused.
size_t cmicro_reflect(uint8_t *area, const struct xdp_desc *descriptors, size_t count, size_t batches,
		      enum cmicro_mode mode);

// A counter that the processor runs at a fixed rate: on x86 the TSC.
static inline uint64_t cmicro_ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;
	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
#error "no counter known for this processor"
#endif
}

#endif
