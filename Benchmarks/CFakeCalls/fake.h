// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_H
#define FAKE_H

#include "cfakecalls.h"

#include <linux/if_xdp.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

// Where Linux has a ring's words, each on a cache line of its own.
static const struct xdp_ring_offset OFFSETS = {.producer = 0, .consumer = 128, .flags = 196, .desc = 320};

// The kernel's half of a ring. The indices are the worker's memory, the entries never change.
struct ring {
	uint8_t *base;
	size_t byte_count;
	uint32_t size;
};

struct umem_registration {
	uint64_t address, byte_count;
	uint32_t chunk_size;
};

// The socket, and what is known of it. Set up by one thread before the worker starts; from then on the
// worker's alone, until `done` is given.
struct fake {
	struct cfakecalls_plan plan;
	int descriptor;
	bool copies;
	struct ring fill, completion, rx, tx;
	struct umem_registration umem;
	size_t sections;
	uint64_t started, kicks;
	sem_t done;
};

extern struct fake fake;

static inline uint32_t *word(struct ring ring, uint64_t offset)
{
	return (uint32_t *)(ring.base + offset);
}

// What the calls of opening a socket come to.
int fake_open(void);
int fake_set_option(int option, const void *value);
int fake_get_option(int option, void *value, socklen_t *byte_count);
int fake_bind(const struct sockaddr_xdp *address);

#endif
