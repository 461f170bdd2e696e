// SPDX-License-Identifier: Apache-2.0
//
// Opening the socket: its options, its rings and what stands in them.
#define _GNU_SOURCE
#include "fake.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	HEADROOM = 256, // XDP_PACKET_HEADROOM
};

struct fake fake = {.descriptor = -1};

// The socket's own mapping of the same file is the worker's.
static void map_ring(struct ring *ring, off_t offset, size_t stride)
{
	ring->byte_count = OFFSETS.desc + ring->size * stride;
	ring->base = mmap(NULL, ring->byte_count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fake.descriptor,
			  offset);
}

static void unmap_ring(struct ring *ring)
{
	munmap(ring->base, ring->byte_count);
}

// Writes the frames into their chunks, and into each ring's entries what they will always be.
static void lay_out(void)
{
	struct xdp_desc *received = (struct xdp_desc *)(fake.rx.base + OFFSETS.desc);
	uint64_t *completed = (uint64_t *)(fake.completion.base + OFFSETS.desc);
	for (uint32_t i = 0; i < fake.rx.size; i++) {
		struct cfakecalls_frame frame = fake.plan.frames[i % fake.plan.frame_count];
		uint64_t address = (uint64_t)i * fake.umem.chunk_size + HEADROOM;
		memcpy((uint8_t *)fake.umem.address + address, frame.bytes, frame.length);
		received[i] = (struct xdp_desc){.addr = address, .len = frame.length};
		completed[i] = address;
	}
}

int fake_open(void)
{
	// Rings are mapped at the offsets that Linux has for them, far apart: the file is sparse.
	int descriptor = memfd_create("fake-xsk", MFD_CLOEXEC);
	if (descriptor < 0 || ftruncate(descriptor, 8LL << 30) != 0)
		return -1;
	fake.descriptor = descriptor;
	return descriptor;
}

int fake_set_option(int option, const void *value)
{
	uint32_t size;
	memcpy(&size, value, sizeof(size));
	switch (option) {
	case XDP_UMEM_REG:
		memcpy(&fake.umem, value, sizeof(fake.umem));
		return 0;
	case XDP_UMEM_FILL_RING:
		fake.fill.size = size;
		return 0;
	case XDP_UMEM_COMPLETION_RING:
		fake.completion.size = size;
		return 0;
	case XDP_RX_RING:
		fake.rx.size = size;
		return 0;
	case XDP_TX_RING:
		fake.tx.size = size;
		return 0;
	default:
		return 0;
	}
}

int fake_get_option(int option, void *value, socklen_t *byte_count)
{
	struct xdp_mmap_offsets offsets = {.rx = OFFSETS, .tx = OFFSETS, .fr = OFFSETS, .cr = OFFSETS};
	struct xdp_options options = {.flags = fake.copies ? 0 : XDP_OPTIONS_ZEROCOPY};
	switch (option) {
	case XDP_MMAP_OFFSETS:
		memcpy(value, &offsets, sizeof(offsets));
		return 0;
	case XDP_OPTIONS:
		memcpy(value, &options, sizeof(options));
		return 0;
	default:
		memset(value, 0, *byte_count);
		return 0;
	}
}

int fake_bind(const struct sockaddr_xdp *address)
{
	uint32_t size = fake.rx.size;
	if (fake.tx.size != size || fake.fill.size != size || fake.completion.size != size || fake.plan.window == 0 ||
	    size % (2 * fake.plan.window) != 0) {
		errno = EINVAL;
		return -1;
	}
	fake.copies = (address->sxdp_flags & XDP_COPY) != 0;
	map_ring(&fake.rx, XDP_PGOFF_RX_RING, sizeof(struct xdp_desc));
	map_ring(&fake.tx, XDP_PGOFF_TX_RING, sizeof(struct xdp_desc));
	map_ring(&fake.fill, XDP_UMEM_PGOFF_FILL_RING, sizeof(uint64_t));
	map_ring(&fake.completion, XDP_UMEM_PGOFF_COMPLETION_RING, sizeof(uint64_t));
	lay_out();
	// Copy mode always wants to be kicked. A zero-copy driver on another core doesn't. And an empty RX ring
	// is to show itself: that ends a section.
	*word(fake.tx, OFFSETS.flags) = fake.copies ? XDP_RING_NEED_WAKEUP : 0;
	*word(fake.fill, OFFSETS.flags) = XDP_RING_NEED_WAKEUP;
	return 0;
}

void cfakecalls_forget(void)
{
	unmap_ring(&fake.fill);
	unmap_ring(&fake.completion);
	unmap_ring(&fake.rx);
	unmap_ring(&fake.tx);
	sem_destroy(&fake.done);
	fake.descriptor = -1;
}
