/* The run at hand: when each post went and was answered, and when each of its events came to each client.
 *
 * The posters write the one half and the clients the other; `generator.py` reads the file that comes of it, in the
 * machine's own byte order: int64 posts, slots, clients; each post: due, sent, answered, status and 256 bytes of the
 * answer's body; each slot: its first frame's length and 4,096 bytes; then a time for each client (0: never). Times are
 * CLOCK_MONOTONIC in ns. Slots are the events' own `seq`, counted from the first of the run. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockets.h"

enum { ANSWER = 256, KEPT = 4096 };

typedef struct {
  int64_t due, sent, answered, status;
  char body[ANSWER];
} Post;

static int64_t top; /* the highest seq that any client saw, in a run or between two */

/* `slots` is 0 between runs. */
static int64_t base, slots, reached, delivered, answered, *arrived, *kept_length;
static int hearers;
static char *kept;
static Post *posts;

static void begin_run(int64_t count, int64_t events, int clients) {
  base = top + 1;
  slots = events + 64;
  hearers = clients;
  reached = delivered = answered = 0;
  posts = calloc(count + 1, sizeof *posts);
  arrived = calloc(slots * hearers + 1, sizeof *arrived);
  kept = calloc(slots + 1, KEPT);
  kept_length = calloc(slots + 1, sizeof *kept_length);
}

/* A client has the event `seq`; `at` is when it came, 0 where nobody knows. */
static void note_arrival(int client, int64_t seq, int64_t at, const char *payload, size_t n) {
  if (seq > top) top = seq;
  int64_t slot = seq - base;
  if (!slots || slot < 0 || slot >= slots) return;
  int64_t *cell = &arrived[slot * hearers + client];
  if (*cell) die("an event came twice");
  if (!at) die("the kernel did not say when an event came");
  *cell = at;
  delivered++;
  if (slot >= reached) reached = slot + 1;
  if (!kept_length[slot]) {
    kept_length[slot] = n;
    memcpy(kept + slot * KEPT, payload, n < KEPT ? n : KEPT);
  }
}

static void write_run(const char *name, int64_t count) {
  FILE *out = fopen(name, "wb");
  if (!out) die(name);
  int64_t header[3] = {count, reached, hearers};
  fwrite(header, sizeof header, 1, out);
  fwrite(posts, sizeof *posts, count, out);
  for (int64_t s = 0; s < reached; s++) {
    fwrite(&kept_length[s], sizeof *kept_length, 1, out);
    fwrite(kept + s * KEPT, KEPT, 1, out);
    fwrite(arrived + s * hearers, sizeof *arrived, hearers, out);
  }
  if (fclose(out)) die(name);
}

static void forget_run(void) {
  slots = 0;
  free(posts);
  free(arrived);
  free(kept);
  free(kept_length);
}
