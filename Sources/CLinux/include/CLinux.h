// SPDX-License-Identifier: Apache-2.0
//
// The few calls that Swift can't express: those behind _GNU_SOURCE, macros over control messages,
// and constants newer than Debian 12's headers. No logic, no state.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>

// What <linux/if_xdp.h> of 6.1 doesn't have yet.
enum {
	CLINUX_XDP_USE_SG = 1 << 4, // bind flag, 6.6
	CLINUX_XDP_PKT_CONTD = 1 << 0, // option of a descriptor, 6.6
	CLINUX_XDP_MAX_TX_SKB_BUDGET = 9, // SOL_XDP option, 6.17
	CLINUX_PACKET_IGNORE_OUTGOING = 23, // SOL_PACKET option, 4.20
	CLINUX_SO_PREFER_BUSY_POLL = 69, // 5.11
	CLINUX_SO_BUSY_POLL_BUDGET = 70, // 5.11
};

// "EBUSY" for 16; NULL for a number that has no name.
const char *clinux_errno_name(int number);

// Network namespaces, of the calling thread.
int clinux_enter_network_namespace(int fd);
int clinux_unshare_network_namespace(void);

// The calling thread's CPU affinity and name; an errno value, 0 on success.
int clinux_pin_thread(int cpu);
int clinux_name_thread(const char *name);
// CPUs that this thread may use, ascending; the number of them, or -1 with errno.
int clinux_allowed_cpus(int *cpus, int capacity);
// CPU time of the thread in nanoseconds, or -1 with errno.
int64_t clinux_thread_cpu_ns(pthread_t thread);
int clinux_thread_id(void);

// A sysfs of the caller's network namespace as a descriptor for openat(), mounted nowhere. -1 with errno.
int clinux_open_sysfs(void);

// Waits until each CPU is out of whatever it was doing in the kernel, programs included (MEMBARRIER_CMD_GLOBAL).
// -1 with errno: EINVAL where a CPU is without timer ticks (nohz_full).
int clinux_membarrier_global(void);

// A process as a descriptor, which names no other one when its number is given to another (Linux 5.3); readable
// when it ended. -1 with errno.
int clinux_pidfd_open(pid_t pid);
// The value comes with the signal, as with sigqueue().
int clinux_pidfd_send_signal(int fd, int signal, int value);

// Prefers memory of one NUMA node for the range (MPOL_PREFERRED). -1 with errno.
int clinux_prefer_node(void *address, size_t length, int node);

// Asks for the cache line at the address, soon to be read and written. Never faults.
static inline void clinux_prefetch(const void *address)
{
	__builtin_prefetch(address, 1);
}

// Tells the processor that this is a loop that waits for memory to change: the other hardware thread and the cache
// line's writer get on better meanwhile. Some tens of nanoseconds.
static inline void clinux_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield" ::: "memory");
#endif
}

// One frame from an AF_PACKET socket that has PACKET_AUXDATA set. The VLAN tag that the kernel took
// off is reported beside it: `tag` is 0xTPIDTCI, or 0 when there was none. Returns the frame's full
// length, which may be more than capacity, or -1 with errno.
ssize_t clinux_receive_packet(int fd, void *frame, size_t capacity, uint32_t *tag, int flags);

#endif
