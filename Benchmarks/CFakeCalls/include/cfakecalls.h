// SPDX-License-Identifier: Apache-2.0
//
// AF_XDP's system calls, answered in the program itself: whoever links this has `socket(AF_XDP)` and the
// calls on such a socket end here instead of in the kernel. Every other call of theirs goes to the kernel as
// it is, and every allocation to the C library. So the machine code that is measured is the one that ships, and needs no privilege.
//
// One socket at a time. All frames keep their order, and all rings have one size; so each place of a ring
// always names the same chunk, and letting frames go round is no more than moving indices.
#ifndef CFAKECALLS_H
#define CFAKECALLS_H

#include <stddef.h>
#include <stdint.h>

// A frame of the batch that fills the UMEM, over and over.
struct cfakecalls_frame {
	const uint8_t *bytes;
	uint32_t length;
};

// What is to happen on the socket that is opened next.
struct cfakecalls_plan {
	const struct cfakecalls_frame *frames;
	size_t frame_count;
	// Frames that are there to receive when the worker has found nothing: a divisor of the ring's
	// size, and half of it at most: the others may be on the completion ring.
	uint32_t window;
	// Times that happens. Each is one section.
	size_t sections;
	// Room for so many: each section's ticks, from the end of the call that brings the frames to the
	// beginning of the one that asks for more.
	uint64_t *ticks;
};

// Before the socket is opened. The frames are copied at the bind, the ticks are written until it is done.
void cfakecalls_prepare(const struct cfakecalls_plan *plan);
// Waits until the last section is over, and every frame completed.
void cfakecalls_wait(void);
// Frames of the UMEM that are not what they have to be after the sections, and descriptors on the TX ring
// that are not those received: 0. While the socket's UMEM is still mapped.
size_t cfakecalls_wrong(const struct cfakecalls_frame *odd);
// Calls that sent, so far.
uint64_t cfakecalls_kicks(void);
// Allocations of memory by the worker's thread, from the first section's beginning to the last one's end.
uint64_t cfakecalls_allocations(void);
// Ticks of `kicks` calls that send `batch` frames each, with nothing of the worker in between: what of the
// figures is this file's. After cfakecalls_wait().
uint64_t cfakecalls_own_ticks(size_t kicks, uint32_t batch);
// Forgets the socket and its rings, once its worker has ended and before the descriptor is closed: the next
// file may get its number.
void cfakecalls_forget(void);

#endif
