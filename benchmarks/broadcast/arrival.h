/* When something came: as the program reads it, or, with `stamp_arrivals`, as the kernel took it from the network.
 *
 * Clients that share the server's cores read late because the server works: that is this machine's want of cores, not
 * the server's slowness. The kernel's time is when the bytes reached the client's machine. */
#pragma once

#include "clock.h"

#include <linux/net_tstamp.h>
#include <string.h>
#include <sys/socket.h>

static int stamp_arrivals;

/* 0, or -1 with errno where the kernel can't. */
static int want_stamps(int fd) {
  int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  return stamp_arrivals ? setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) : 0;
}

/* As `recv`; `at` is when the last of the bytes came, in CLOCK_MONOTONIC's ns, or 0 where the kernel did not say. */
static ssize_t receive(int fd, char *into, size_t room, int64_t *at) {
  char control[256];
  struct iovec part = {into, room};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (!stamp_arrivals) {
    ssize_t got = recv(fd, into, room, 0);
    *at = now();
    return got;
  }
  ssize_t got = recvmsg(fd, &message, 0);
  *at = 0;
  if (got <= 0) return got;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    struct timespec stamp;
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING) continue;
    memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
    int64_t ahead = clock_ns(CLOCK_REALTIME) - now();
    if (stamp.tv_sec) *at = stamp.tv_sec * 1000000000LL + stamp.tv_nsec - ahead;
  }
  return got;
}
