// SPDX-License-Identifier: Apache-2.0
//
// As a C programmer writes it for speed: unaligned loads by way of memcpy, pairs swapped as one number,
// everything inlined into the loop, the machine code looked at. The checks are those of ReflectMode.reflect, in the same order.
#include "cmicro.h"

#include <stdbool.h>
#include <string.h>

enum {
	ETHERNET = 14,
	TAG = 4,
	IPV4 = 20,
	IPV6 = 40,
	UDP = 8,
};

static inline uint16_t big16(const uint8_t *at)
{
	uint16_t value;
	memcpy(&value, at, sizeof(value));
	return __builtin_bswap16(value);
}

static inline bool is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

// In registers: with arrays of bytes in between, clang goes by way of the stack, and each load waits for two
// stores.
static inline void swap_macs(uint8_t *frame)
{
	uint32_t destination, source;
	uint16_t destination_end, source_end;
	memcpy(&destination, frame, 4);
	memcpy(&destination_end, frame + 4, 2);
	memcpy(&source, frame + 6, 4);
	memcpy(&source_end, frame + 10, 2);
	memcpy(frame, &source, 4);
	memcpy(frame + 4, &source_end, 2);
	memcpy(frame + 6, &destination, 4);
	memcpy(frame + 10, &destination_end, 2);
}

static inline void swap_ipv4(uint8_t *at)
{
	uint64_t pair;
	memcpy(&pair, at, sizeof(pair));
	pair = pair << 32 | pair >> 32;
	memcpy(at, &pair, sizeof(pair));
}

typedef uint64_t vector __attribute__((vector_size(16)));

static inline void swap_ipv6(uint8_t *at)
{
	vector source, destination;
	memcpy(&source, at, sizeof(source));
	memcpy(&destination, at + 16, sizeof(destination));
	memcpy(at, &destination, sizeof(destination));
	memcpy(at + 16, &source, sizeof(source));
}

static inline void swap_ports(uint8_t *at)
{
	uint32_t pair;
	memcpy(&pair, at, sizeof(pair));
	pair = pair << 16 | pair >> 16;
	memcpy(at, &pair, sizeof(pair));
}

static inline bool reflect_ipv4(uint8_t *frame, size_t length, size_t l3, enum cmicro_mode mode)
{
	if (length < l3 + IPV4 + UDP)
		return false;
	uint8_t version_and_length = frame[l3];
	size_t l4 = l3 + (version_and_length & 0xf) * 4;
	if (version_and_length < 0x45 || version_and_length > 0x4f || (big16(frame + l3 + 6) & 0x3fff) != 0 ||
	    frame[l3 + 9] != 17 || length < l4 + UDP)
		return false;
	swap_macs(frame);
	if (mode != CMICRO_MAC)
		swap_ipv4(frame + l3 + 12);
	if (mode == CMICRO_ALL)
		swap_ports(frame + l4);
	return true;
}

static inline bool reflect_ipv6(uint8_t *frame, size_t length, size_t l3, enum cmicro_mode mode)
{
	size_t l4 = l3 + IPV6;
	if (length < l4 + UDP || frame[l3] >> 4 != 6 || frame[l3 + 6] != 17)
		return false;
	swap_macs(frame);
	if (mode != CMICRO_MAC)
		swap_ipv6(frame + l3 + 8);
	if (mode == CMICRO_ALL)
		swap_ports(frame + l4);
	return true;
}

static inline bool reflect(uint8_t *frame, size_t length, enum cmicro_mode mode)
{
	if (length < ETHERNET + IPV4 + UDP)
		return false;
	size_t l3 = ETHERNET;
	uint16_t type = big16(frame + 12);
	if (is_tag(type)) {
		l3 = ETHERNET + TAG;
		type = big16(frame + 16);
		if (is_tag(type)) {
			l3 = ETHERNET + 2 * TAG;
			type = big16(frame + 20);
		}
	}
	switch (type) {
	case 0x0800:
		return reflect_ipv4(frame, length, l3, mode);
	case 0x86dd:
		return reflect_ipv6(frame, length, l3, mode);
	default:
		return false;
	}
}

size_t cmicro_reflect(uint8_t *area, const struct xdp_desc *descriptors, size_t count, size_t batches,
		      enum cmicro_mode mode)
{
	size_t reflected = 0;
	for (size_t batch = 0; batch < batches; batch++)
		for (size_t i = 0; i < count; i++)
			reflected += reflect(area + descriptors[i].addr, descriptors[i].len, mode);
	return reflected;
}
