// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/mempolicy.h>
#include <linux/mount.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

const char *clinux_errno_name(int number)
{
	return strerrorname_np(number);
}

int clinux_enter_network_namespace(int fd)
{
	return setns(fd, CLONE_NEWNET);
}

int clinux_unshare_network_namespace(void)
{
	return unshare(CLONE_NEWNET);
}

int clinux_pin_thread(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int clinux_name_thread(const char *name)
{
	return pthread_setname_np(pthread_self(), name);
}

int clinux_allowed_cpus(int *cpus, int capacity)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) < 0)
		return -1;
	int count = 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && count < capacity; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpus[count++] = cpu;
	return count;
}

int64_t clinux_thread_cpu_ns(pthread_t thread)
{
	clockid_t clock;
	struct timespec time;
	int error = pthread_getcpuclockid(thread, &clock);
	if (error != 0) {
		errno = error;
		return -1;
	}
	if (clock_gettime(clock, &time) < 0)
		return -1;
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int clinux_thread_id(void)
{
	return (int)syscall(SYS_gettid);
}

int clinux_open_sysfs(void)
{
	int context = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);
	if (context < 0)
		return -1;
	int mount = -1;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	int error = errno;
	close(context);
	errno = error;
	return mount;
}

int clinux_prefer_node(void *address, size_t length, int node)
{
	unsigned long mask[16] = {0};
	if (node < 0 || node >= (int)(sizeof mask * 8)) {
		errno = EINVAL;
		return -1;
	}
	mask[node / 64] = 1UL << (node % 64);
	return (int)syscall(SYS_mbind, address, length, MPOL_PREFERRED, mask, sizeof mask * 8, 0);
}

ssize_t clinux_receive_packet(int fd, void *frame, size_t capacity, uint32_t *tag, int flags)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec vector = {frame, capacity};
	struct msghdr message = {0};
	message.msg_iov = &vector;
	message.msg_iovlen = 1;
	message.msg_control = &control;
	message.msg_controllen = sizeof control;
	*tag = 0;
	ssize_t length = recvmsg(fd, &message, flags | MSG_TRUNC);
	if (length < 0)
		return -1;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
		struct tpacket_auxdata data;
		if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&data, CMSG_DATA(part), sizeof data);
		if (data.tp_status & TP_STATUS_VLAN_VALID) {
			uint32_t tpid = data.tp_status & TP_STATUS_VLAN_TPID_VALID ? data.tp_vlan_tpid : ETH_P_8021Q;
			*tag = tpid << 16 | data.tp_vlan_tci;
		}
	}
	return length;
}

int clinux_membarrier_global(void)
{
	return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

int clinux_pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int clinux_pidfd_send_signal(int fd, int signal, int value)
{
	siginfo_t information;

	memset(&information, 0, sizeof information);
	information.si_signo = signal;
	information.si_code = SI_QUEUE;
	information.si_pid = getpid();
	information.si_uid = getuid();
	information.si_value.sival_int = value;
	return (int)syscall(SYS_pidfd_send_signal, fd, signal, &information, 0);
}
