/* The many clients that hear the events: how each joins in the server's own protocol, and what its frames say. */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "arrival.h"
#include "run.h"
#include "sockets.h"

enum { HEAD = 600 }; /* of a frame larger than the buffer, so many bytes tell its `seq` */
enum { HANDSHAKE, OPENED, CONNECTING, STANDING, ENDED };

typedef struct {
  int poster, fd, state, index, length;
  size_t skip; /* bytes still to come of a frame that is larger than the buffer */
  char *buffer;
} Client;

static int port, standing, ended, wanted;
static const char *mode = "ws", *path = "/ws", *token = "";
static Client *clients;
static int64_t heard_at; /* when what is read at the moment came */

/* One masked frame of a client; short, so that the kernel always takes it whole. */
static void say(Client *c, int opcode, const char *text, size_t n) {
  unsigned char frame[1024];
  size_t at = 0;
  if (n > 900) die("a frame of ours is too long");
  frame[at++] = 0x80 | opcode;
  if (n < 126) {
    frame[at++] = 0x80 | n;
  } else {
    frame[at++] = 0x80 | 126;
    frame[at++] = n >> 8;
    frame[at++] = n;
  }
  const unsigned char mask[4] = {1, 2, 3, 4};
  memcpy(frame + at, mask, 4);
  at += 4;
  for (size_t i = 0; i < n; i++) frame[at + i] = text[i] ^ mask[i & 3];
  if (send(c->fd, frame, at + n, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET) die("send");
}

static void stand(Client *c) {
  if (c->state == STANDING) return;
  c->state = STANDING;
  standing++;
}

static void leave(Client *c) {
  if (c->state == STANDING) standing--;
  c->state = ENDED;
  ended++;
}

static int64_t number_after(const char *p, size_t n, const char *key) {
  const char *found = memmem(p, n, key, strlen(key)), *end = p + n;
  if (!found) return -1;
  for (found += strlen(key); found < end && (*found == ' ' || *found == ':'); found++) {}
  if (found >= end || *found < '0' || *found > '9') return -1;
  int64_t value = 0;
  for (; found < end && *found >= '0' && *found <= '9'; found++) value = value * 10 + (*found - '0');
  return value;
}

static void event(Client *c, const char *p, size_t n) {
  int64_t seq = number_after(p, n < 200 ? n : 200, "\"seq\":");
  if (seq < 0) return; /* a passing update */
  note_arrival(c->index, seq, heard_at, p, n);
}

/* The server took the upgrade. */
static void hello(Client *c) {
  char text[600];
  if (!strcmp(mode, "ws")) return stand(c);
  if (strcmp(path, "/ws")) {
    c->state = OPENED;
    return;
  }
  say(c, 1, text, snprintf(text, sizeof text, "{\"op\":\"auth\",\"token\":\"%s\"}", token));
  c->state = CONNECTING;
}

static void frame(Client *c, int opcode, const char *p, size_t n) {
  char text[600];
  int desk = !strcmp(mode, "desk"), engine = strcmp(path, "/ws") != 0;
  if (opcode == 9) return say(c, 10, p, n);
  if (opcode == 8) return leave(c);
  if (opcode != 1 || n < 1) return;
  if (engine && p[0] == '2') return say(c, 1, "3", 1);
  if (engine && p[0] == '0') {
    if (desk) say(c, 1, text, snprintf(text, sizeof text, "40{\"token\":\"%s\"}", token));
    else say(c, 1, "40", 2);
    c->state = CONNECTING;
    return;
  }
  if (engine && n > 1 && p[1] == '4') die("the server refused a client");
  if (engine && n > 1 && p[1] == '0') {
    if (!desk) stand(c);
    return;
  }
  /* The desk's first is its state; every peer's is an event. */
  if (c->state == CONNECTING && desk) {
    if (memmem(p, n < 400 ? n : 400, "\"snapshot\"", 10)) stand(c);
    return;
  }
  event(c, p, n);
}

/* Takes the whole frames of the buffer; of a frame that is larger than it, the beginning. */
static int frames(Client *c, int at) {
  for (;;) {
    size_t available = c->length - at, size, head = 2;
    unsigned char *p = (unsigned char *)c->buffer + at;
    if (available < 2) break;
    size = p[1] & 127;
    if (size == 126) {
      if (available < 4) break;
      size = p[2] << 8 | p[3];
      head = 4;
    } else if (size == 127) {
      if (available < 10) break;
      size = 0;
      head = 10;
      for (int i = 0; i < 8; i++) size = size << 8 | p[2 + i];
    }
    if (available < head + size) {
      if (head + size <= BUFFER || available < HEAD) break;
      frame(c, p[0] & 15, (char *)p + head, available - head);
      c->skip = head + size - available;
      return c->length;
    }
    frame(c, p[0] & 15, (char *)p + head, size);
    at += head + size;
  }
  return at;
}

static void hear(Client *c) {
  for (;;) {
    ssize_t got = receive(c->fd, c->buffer + c->length, BUFFER - c->length, &heard_at);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      if (c->state != ENDED) leave(c);
      epoll_ctl(polled, EPOLL_CTL_DEL, c->fd, 0);
      return;
    }
    int full = c->length + got == BUFFER, at = 0;
    c->length += got;
    if (c->state == HANDSHAKE) {
      char *end = memmem(c->buffer, c->length, "\r\n\r\n", 4);
      if (!end) return;
      if (memcmp(c->buffer, "HTTP/1.1 101", 12)) die("the server did not upgrade");
      at = end + 4 - c->buffer;
      hello(c);
    }
    if (c->skip) {
      at = c->skip < (size_t)c->length ? (int)c->skip : c->length;
      c->skip -= at;
    }
    if (!c->skip) at = frames(c, at);
    memmove(c->buffer, c->buffer + at, c->length - at);
    c->length -= at;
    if (!full) return;
  }
}

/* Room for `n` clients; `begin_client` dials for each. */
static void join(int n) {
  clients = realloc(clients, sizeof *clients * n);
  /* The list may have moved. */
  for (int i = 0; i < wanted; i++) {
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &clients[i]};
    epoll_ctl(polled, EPOLL_CTL_MOD, clients[i].fd, &e);
  }
  memset(clients + wanted, 0, sizeof *clients * (n - wanted));
  wanted = n;
}

static void begin_client(int i) {
  char text[512];
  Client *c = &clients[i];
  c->index = i;
  c->fd = dial(port);
  c->buffer = malloc(BUFFER);
  if (want_stamps(c->fd)) die("the kernel stamps no arrivals");
  watch(c->fd, c);
  int n = snprintf(text, sizeof text,
    "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, port);
  if (send(c->fd, text, n, MSG_NOSIGNAL) != n) die("send a handshake");
}
