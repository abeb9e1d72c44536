/* Many clients and a few posting connections in one epoll loop, so that what is measured is the server.
 *
 * cc -O2 -o generator generator.c
 * generator --port 5000 --post-port 5000 --mode desk|socketio|ws --path PATH [--stamps 1]
 *
 * Commands on standard input, one a line; each is answered by one line on standard output:
 *   clients N                      connect until N stand; answers "clients N SECONDS"
 *   post FILE CONNECTIONS          the request to post: "@@@@@@@@@@" in it becomes its number with zeros in front,
 *                                  "~~~~~~~~~~" the same with spaces
 *   send EVENTS RATE SECONDS OUT [EACH]
 *                                  RATE 0: one event after the other; else so many a second whatever becomes of
 *                                  them. Each post brings EACH facts (an alert: received, scored, decided). Writes
 *                                  everything it saw to OUT (`run.h`); answers "sent POSTS SLOTS DELIVERED DROPPED"
 *   listen EVENTS SECONDS OUT      hear so many events that another generator's posts bring; answers "listening" when
 *                                  it does, and in the end as `send` does
 *   pause SECONDS                  only answer pings
 *   watch SECONDS                  the same without ever sleeping: to wake them up costs the server, see `do_send`
 *
 * The headers are its parts, in one translation unit so that the way from a frame to its arrival is inlined. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include "arrival.h"
#include "clients.h"
#include "posters.h"
#include "run.h"
#include "sockets.h"

enum { AT_ONCE = 16 };

/* Hears what came within `ms`; true when a command waits. */
static int hear_all(double ms) {
  static struct epoll_event events[512];
  struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms * 1e6) % 1000000000};
  int n = epoll_pwait2(polled, events, 512, &t, NULL), command = 0;
  for (int i = 0; i < n; i++) {
    int *poster = events[i].data.ptr; /* what is watched begins with an int: 0 a client, 1 a poster */
    if (!poster) command = 1;
    else if (*poster) hear_answer((Poster *)poster);
    else hear((Client *)poster);
  }
  return command;
}

static void do_clients(int n) {
  int64_t began = now();
  int started = wanted;
  if (n > wanted) join(n);
  while (standing < wanted) {
    for (; started < wanted && started - standing < AT_ONCE; started++) begin_client(started);
    hear_all(50);
    if (ended) die("a client was dropped while others joined");
    if (now() - began > 120000000000LL) die("the clients did not join within 120 s");
  }
  printf("clients %d %.3f\n", standing, (now() - began) / 1e9);
}

static void end_run(const char *out, int64_t posted) {
  write_run(out, posted);
  printf("sent %lld %lld %lld %d\n", (long long)posted, (long long)reached, (long long)delivered, ended);
  forget_run();
  hang_up();
}

static void do_listen(int64_t events, double seconds, const char *out) {
  begin_run(0, events, wanted);
  puts("listening");
  fflush(stdout);
  int64_t give_up = now() + (int64_t)(seconds * 1e9);
  while (now() < give_up && !ended && delivered < events * wanted) hear_all(0); /* never asleep, as in `do_send` */
  end_run(out, 0);
}

/* One by one, 2 ms of quiet lie between two posts. */
static void do_send(int64_t events, double rate, double seconds, const char *out, int each) {
  int64_t count = rate > 0 ? (int64_t)(rate * seconds) : events, posted = 0, began = now(), quiet_since = 0;
  begin_run(count, count * each, wanted);
  int64_t give_up = began + (int64_t)((seconds + (rate > 0 ? 2 : 20)) * 1e9);
  double step = rate > 0 ? 1e9 / rate : 0;
  while (now() < give_up && !ended) {
    int64_t t = now();
    if (rate > 0) {
      while (posted < count && began + (int64_t)(posted * step) <= t) {
        Poster *p = free_poster();
        if (!p) break;
        post(p, posted, began + (int64_t)(posted * step));
        posted++;
      }
    } else if (posted < count && answered == posted && delivered >= posted * each * wanted) {
      if (!quiet_since) quiet_since = t;
      if (t - quiet_since >= 2000000) {
        post(&posters[0], posted, 0);
        posted++;
        quiet_since = 0;
      }
    }
    if (posted == count && answered == count && delivered >= count * each * wanted) break;
    double wait = rate > 0 && posted < count && free_poster() ? (began + posted * step - t) / 1e6 : 1;
    /* One by one the clients never sleep: waking them up would cost the server's core, as nobody's on another machine
     * does. */
    hear_all(rate <= 0 ? 0 : wait < 0.02 ? 0.02 : wait > 1 ? 1 : wait);
  }
  while (in_flight && now() < give_up + 5000000000LL) hear_all(10);
  end_run(out, posted);
}

static void do_pause(double seconds, int awake) {
  for (int64_t end = now() + (int64_t)(seconds * 1e9); now() < end;) hear_all(awake ? 0 : 20);
  printf("paused %d\n", standing);
}

static void obey(const char *line) {
  char name[512];
  int n, each = 1;
  long long events;
  double rate, seconds;
  if (sscanf(line, "clients %d", &n) == 1) {
    do_clients(n);
  } else if (sscanf(line, "post %500s %d", name, &n) == 2) {
    read_request(name, n);
    puts("post");
  } else if (sscanf(line, "send %lld %lf %lf %500s %d", &events, &rate, &seconds, name, &each) >= 4) {
    do_send(events, rate, seconds, name, each);
  } else if (sscanf(line, "listen %lld %lf %500s", &events, &seconds, name) == 3) {
    do_listen(events, seconds, name);
  } else if (sscanf(line, "pause %lf", &seconds) == 1) {
    do_pause(seconds, 0);
  } else if (sscanf(line, "watch %lf", &seconds) == 1) {
    do_pause(seconds, 1);
  } else {
    die("an unknown command");
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  char line[1024];
  struct rlimit limit;
  for (int i = 1; i < argc - 1; i += 2) {
    if (!strcmp(argv[i], "--port")) port = atoi(argv[i + 1]);
    else if (!strcmp(argv[i], "--post-port")) post_port = atoi(argv[i + 1]);
    else if (!strcmp(argv[i], "--mode")) mode = argv[i + 1];
    else if (!strcmp(argv[i], "--path")) path = argv[i + 1];
    else if (!strcmp(argv[i], "--stamps")) stamp_arrivals = atoi(argv[i + 1]);
    else die(argv[i]);
  }
  if (getenv("GENERATOR_TOKEN")) token = getenv("GENERATOR_TOKEN");
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  polled = epoll_create1(0);
  make_posters();
  watch(0, NULL);
  for (;;) {
    while (!hear_all(1000)) {}
    if (!fgets(line, sizeof line, stdin)) return 0;
    obey(line);
  }
}
