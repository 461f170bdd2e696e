// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "allocations.h"
#include "cfakecalls.h"
#include "cmicro.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	HEADROOM = 256, // XDP_PACKET_HEADROOM
};

// Where Linux has a ring's words, each on a cache line of its own.
static const struct xdp_ring_offset OFFSETS = {.producer = 0, .consumer = 128, .flags = 196, .desc = 320};

// The kernel's half of a ring. The indices are the worker's memory, the entries never change.
struct ring {
	uint8_t *base;
	uint32_t size;
};

struct umem_registration {
	uint64_t address, byte_count;
	uint32_t chunk_size;
};

// The socket, and what is known of it. Set up by one thread before the worker starts; from then on the
// worker's alone, until `done` is given.
static struct {
	struct cfakecalls_plan plan;
	int descriptor;
	bool copies;
	struct ring fill, completion, rx, tx;
	struct umem_registration umem;
	size_t sections;
	uint64_t started, kicks;
	sem_t done;
} fake = {.descriptor = -1};

static uint32_t *word(struct ring ring, uint64_t offset)
{
	return (uint32_t *)(ring.base + offset);
}

static void advance(struct ring ring, uint64_t offset, uint32_t count)
{
	uint32_t *index = word(ring, offset);
	__atomic_store_n(index, *index + count, __ATOMIC_RELEASE);
}

// Takes what is on the TX ring and completes it.
static uint32_t transmit(void)
{
	uint32_t count =
		__atomic_load_n(word(fake.tx, OFFSETS.producer), __ATOMIC_ACQUIRE) - *word(fake.tx, OFFSETS.consumer);
	advance(fake.tx, OFFSETS.consumer, count);
	advance(fake.completion, OFFSETS.producer, count);
	return count;
}

void cfakecalls_prepare(const struct cfakecalls_plan *plan)
{
	fake.plan = *plan;
	fake.sections = 0;
	fake.started = 0;
	fake.kicks = 0;
	sem_init(&fake.done, 0, 0);
}

void cfakecalls_wait(void)
{
	while (sem_wait(&fake.done) != 0)
		continue;
}

uint64_t cfakecalls_kicks(void)
{
	return fake.kicks;
}

// Opening the socket.

static struct ring map_ring(off_t offset, uint32_t size, size_t stride)
{
	size_t byte_count = OFFSETS.desc + size * stride;
	void *base = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fake.descriptor, offset);
	return (struct ring){.base = base, .size = size};
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

static int open_socket(void)
{
	// Rings are mapped at the offsets that Linux has for them, far apart: the file is sparse.
	int descriptor = memfd_create("fake-xsk", MFD_CLOEXEC);
	if (descriptor < 0 || ftruncate(descriptor, 8LL << 30) != 0)
		return -1;
	fake.descriptor = descriptor;
	return descriptor;
}

static int set_option(int option, const void *value)
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

static int get_option(int option, void *value, socklen_t *byte_count)
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

static int bind_socket(const struct sockaddr_xdp *address)
{
	uint32_t size = fake.rx.size;
	if (fake.tx.size != size || fake.fill.size != size || fake.completion.size != size || fake.plan.window == 0 ||
	    size % (2 * fake.plan.window) != 0) {
		errno = EINVAL;
		return -1;
	}
	fake.copies = (address->sxdp_flags & XDP_COPY) != 0;
	fake.rx = map_ring(XDP_PGOFF_RX_RING, size, sizeof(struct xdp_desc));
	fake.tx = map_ring(XDP_PGOFF_TX_RING, size, sizeof(struct xdp_desc));
	fake.fill = map_ring(XDP_UMEM_PGOFF_FILL_RING, size, sizeof(uint64_t));
	fake.completion = map_ring(XDP_UMEM_PGOFF_COMPLETION_RING, size, sizeof(uint64_t));
	lay_out();
	// Copy mode always wants to be kicked. A zero-copy driver on another core doesn't. And an empty RX ring
	// is to show itself: that ends a section.
	*word(fake.tx, OFFSETS.flags) = fake.copies ? XDP_RING_NEED_WAKEUP : 0;
	*word(fake.fill, OFFSETS.flags) = XDP_RING_NEED_WAKEUP;
	return 0;
}

// Running.

// The worker has found nothing to receive: a section is over, the next begins.
static void deliver(void)
{
	if (fake.started != 0) {
		uint64_t now = cmicro_ticks();
		fake.plan.ticks[fake.sections++] = now - fake.started;
	}
	transmit();
	if (fake.sections == fake.plan.sections) {
		fake.started = 0;
		fake.plan.sections = 0;
		cfakecalls_count_allocations(0);
		sem_post(&fake.done);
		return;
	}
	if (fake.plan.sections == 0)
		return;
	if (fake.sections == 0)
		cfakecalls_count_allocations(1);
	advance(fake.fill, OFFSETS.consumer, fake.plan.window);
	advance(fake.rx, OFFSETS.producer, fake.plan.window);
	fake.started = cmicro_ticks();
}

uint64_t cfakecalls_own_ticks(size_t kicks, uint32_t batch)
{
	int descriptor = fake.descriptor;
	uint64_t start = cmicro_ticks();
	for (size_t i = 0; i < kicks; i++) {
		advance(fake.tx, OFFSETS.producer, batch);
		sendto(descriptor, NULL, 0, MSG_DONTWAIT, NULL, 0);
	}
	return cmicro_ticks() - start;
}

size_t cfakecalls_wrong(const struct cfakecalls_frame *expected)
{
	const struct xdp_desc *received = (struct xdp_desc *)(fake.rx.base + OFFSETS.desc);
	const struct xdp_desc *sent = (struct xdp_desc *)(fake.tx.base + OFFSETS.desc);
	size_t wrong = 0;
	for (uint32_t i = 0; i < fake.rx.size; i++) {
		struct cfakecalls_frame frame = expected[i % fake.plan.frame_count];
		const uint8_t *bytes = (uint8_t *)fake.umem.address + received[i].addr;
		if (memcmp(bytes, frame.bytes, frame.length) != 0 ||
		    memcmp(&sent[i], &received[i], sizeof(sent[i])) != 0)
			wrong++;
	}
	return wrong;
}

// The calls themselves: ours for our socket, the kernel's for any other.

int socket(int domain, int type, int protocol)
{
	if (domain == AF_XDP)
		return open_socket();
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int setsockopt(int descriptor, int level, int option, const void *value, socklen_t byte_count)
{
	if (descriptor == fake.descriptor && descriptor >= 0)
		return level == SOL_XDP ? set_option(option, value) : 0;
	return (int)syscall(SYS_setsockopt, descriptor, level, option, value, byte_count);
}

int getsockopt(int descriptor, int level, int option, void *value, socklen_t *byte_count)
{
	if (descriptor == fake.descriptor && descriptor >= 0)
		return get_option(option, value, byte_count);
	return (int)syscall(SYS_getsockopt, descriptor, level, option, value, byte_count);
}

int bind(int descriptor, const struct sockaddr *address, socklen_t byte_count)
{
	if (descriptor == fake.descriptor && descriptor >= 0)
		return bind_socket((const struct sockaddr_xdp *)address);
	return (int)syscall(SYS_bind, descriptor, address, byte_count);
}

ssize_t sendto(int descriptor, const void *bytes, size_t count, int flags, const struct sockaddr *to,
	       socklen_t to_length)
{
	if (descriptor == fake.descriptor && descriptor >= 0) {
		transmit();
		fake.kicks++;
		return 0;
	}
	return syscall(SYS_sendto, descriptor, bytes, count, flags, to, to_length);
}

ssize_t recvfrom(int descriptor, void *bytes, size_t count, int flags, struct sockaddr *from, socklen_t *from_length)
{
	if (descriptor == fake.descriptor && descriptor >= 0) {
		deliver();
		return 0;
	}
	return syscall(SYS_recvfrom, descriptor, bytes, count, flags, from, from_length);
}

int poll(struct pollfd *polled, nfds_t count, int milliseconds)
{
	struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
	if (count > 0 && polled[0].fd == fake.descriptor && fake.descriptor >= 0) {
		polled[0].revents = fake.started != 0 ? POLLIN : 0;
		if (fake.started != 0)
			return 1;
		// Nothing will arrive any more: only the signal is left to wait for.
		polled++;
		count--;
	}
	return (int)syscall(SYS_ppoll, polled, count, milliseconds < 0 ? NULL : &time, NULL, (size_t)(_NSIG / 8));
}
