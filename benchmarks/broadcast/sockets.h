/* The sockets of one epoll loop: how one is dialled and watched, and how the program ends when one can't be. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { BUFFER = 8192 };

static int polled;

static void die(const char *why) {
  fprintf(stderr, "%s (%s)\n", why, strerror(errno));
  exit(3);
}

/* `what` is whose socket it is: the program's to know. */
static void watch(int fd, void *what) {
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = what};
  if (epoll_ctl(polled, EPOLL_CTL_ADD, fd, &e)) die("epoll_ctl");
}

static int dial(int to) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(to)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, (void *)&address, sizeof address)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}
