// SPDX-License-Identifier: Apache-2.0
//
// A turn's calls, and all calls' way in.
#define _GNU_SOURCE
#include "allocations.h"
#include "cmicro.h"
#include "fake.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void advance(struct ring ring, uint64_t offset, uint32_t count)
{
	uint32_t *index = word(ring, offset);
	__atomic_store_n(index, *index + count, __ATOMIC_RELEASE);
}

// Takes what is on the TX ring and completes it.
static void transmit(void)
{
	uint32_t count =
		__atomic_load_n(word(fake.tx, OFFSETS.producer), __ATOMIC_ACQUIRE) - *word(fake.tx, OFFSETS.consumer);
	advance(fake.tx, OFFSETS.consumer, count);
	advance(fake.completion, OFFSETS.producer, count);
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
		return fake_open();
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int setsockopt(int descriptor, int level, int option, const void *value, socklen_t byte_count)
{
	if (descriptor == fake.descriptor && descriptor >= 0)
		return level == SOL_XDP ? fake_set_option(option, value) : 0;
	return (int)syscall(SYS_setsockopt, descriptor, level, option, value, byte_count);
}

int getsockopt(int descriptor, int level, int option, void *value, socklen_t *byte_count)
{
	if (descriptor == fake.descriptor && descriptor >= 0)
		return fake_get_option(option, value, byte_count);
	return (int)syscall(SYS_getsockopt, descriptor, level, option, value, byte_count);
}

int bind(int descriptor, const struct sockaddr *address, socklen_t byte_count)
{
	if (descriptor == fake.descriptor && descriptor >= 0)
		return fake_bind((const struct sockaddr_xdp *)address);
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
