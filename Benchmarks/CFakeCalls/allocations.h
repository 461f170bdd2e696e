// SPDX-License-Identifier: Apache-2.0
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

// Begins (1) or ends (0) to count those of the calling thread.
void cfakecalls_count_allocations(int on);

#endif
