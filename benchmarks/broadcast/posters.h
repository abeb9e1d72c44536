/* The few connections that post: one request over and over, each with its number, its time and its answer. */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arrival.h"
#include "run.h"
#include "sockets.h"

enum { MOST_POSTERS = 256 };

typedef struct {
  int poster, fd, busy, length;
  int64_t post;
  char buffer[BUFFER];
} Poster;

static int post_port, posters_in_use, in_flight;
static Poster posters[MOST_POSTERS];
static char request[16384];
static size_t request_size;

static void make_posters(void) {
  for (int i = 0; i < MOST_POSTERS; i++) {
    posters[i].poster = 1;
    posters[i].fd = -1;
  }
}

static void read_request(const char *name, int connections) {
  FILE *in = fopen(name, "rb");
  if (!in || connections > MOST_POSTERS) die(name);
  request_size = fread(request, 1, sizeof request - 1, in);
  posters_in_use = connections;
  fclose(in);
}

static Poster *free_poster(void) {
  for (int i = 0; i < posters_in_use; i++) {
    if (!posters[i].busy) return &posters[i];
  }
  return NULL;
}

static void put_number(char *text, const char *place, char fill, int64_t number) {
  for (char *at = text; (at = strstr(at, place)); at += 10) {
    char digits[16];
    snprintf(digits, sizeof digits, "%010lld", (long long)number);
    if (fill == ' ') {
      for (int i = 0; i < 9 && digits[i] == '0'; i++) digits[i] = ' ';
    }
    memcpy(at, digits, 10);
  }
}

/* `due` is when it should have gone; 0: now. */
static void post(Poster *p, int64_t number, int64_t due) {
  static char text[sizeof request + 1];
  memcpy(text, request, request_size);
  text[request_size] = 0;
  put_number(text, "@@@@@@@@@@", '0', base + number);
  put_number(text, "~~~~~~~~~~", ' ', base + number);
  if (p->fd < 0) {
    p->fd = dial(post_port);
    watch(p->fd, p);
  }
  p->busy = 1;
  p->length = 0;
  p->post = number;
  in_flight++;
  posts[number].sent = now();
  posts[number].due = due ? due : posts[number].sent;
  if (send(p->fd, text, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) die("send a post");
}

static void hear_answer(Poster *p) {
  ssize_t got = recv(p->fd, p->buffer + p->length, BUFFER - 1 - p->length, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    if (p->busy) die("a post was not answered");
    close(p->fd);
    p->fd = -1;
    return;
  }
  p->length += got;
  p->buffer[p->length] = 0;
  char *end = strstr(p->buffer, "\r\n\r\n"), *said = strcasestr(p->buffer, "content-length:");
  if (!end || !p->busy) return;
  if (!said || said > end) die("an answer has no length");
  if (p->buffer + p->length < end + 4 + atol(said + 15)) return;
  Post *done = &posts[p->post];
  done->answered = now();
  done->status = atol(p->buffer + 9);
  snprintf(done->body, ANSWER, "%s", end + 4);
  p->busy = 0;
  in_flight--;
  answered++;
}

/* After each run: a server that closes what was idle for seconds may do so while the next run's post is under way. */
static void hang_up(void) {
  for (int i = 0; i < posters_in_use; i++) {
    if (posters[i].fd < 0 || posters[i].busy) continue;
    close(posters[i].fd);
    posters[i].fd = -1;
  }
}
