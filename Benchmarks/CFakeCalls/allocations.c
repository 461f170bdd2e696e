// SPDX-License-Identifier: Apache-2.0
//
// malloc and its kin, counted for one thread and handed on to the C library.
#include "allocations.h"
#include "cfakecalls.h"

#include <errno.h>
#include <stdlib.h>

// What glibc has them by, for those who put something in front.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local int counts;
// Written by the thread that counts, read when it is done.
static uint64_t allocations;

void cfakecalls_count_allocations(int on)
{
	if (on)
		allocations = 0;
	counts = on;
}

uint64_t cfakecalls_allocations(void)
{
	return allocations;
}

static void count(void)
{
	if (counts)
		allocations++;
}

void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	count();
	return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
	count();
	return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count();
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	count();
	*memory = __libc_memalign(alignment, size);
	return *memory != NULL ? 0 : ENOMEM;
}
