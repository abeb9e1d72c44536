/* A bare loop of `send` with its clients in the same process, to run one of or two at the same time.
 *
 * loop CLIENTS CORE EVENTS FIRST EVERY: from FIRST (monotonic ns) on sends an event EVERY so many ns, on CORE. The
 * clients read when nobody else wants to, on any core. Prints, one a line, how long after its moment each event had
 * been sent to all (ns).
 */
#define _GNU_SOURCE
#include "sockets.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

enum { EVENT = 640, MOST = 256 };

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *read_all(void *none) {
  struct sched_param idle = {0};
  struct epoll_event ready[MOST];
  char read[BUFFER];
  if (pthread_setschedparam(pthread_self(), SCHED_IDLE, &idle)) die("SCHED_IDLE");
  for (;;) {
    int several = epoll_wait(polled, ready, MOST, -1);
    for (int i = 0; i < several; i++)
      while (recv(*(int *)ready[i].data.ptr, read, sizeof read, MSG_DONTWAIT) > 0) continue;
  }
  return none;
}

/* The server's ends; their clients are read from now on. */
static int *connected(int count) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int door = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  int *ends = malloc(count * sizeof *ends), *theirs = malloc(count * sizeof *theirs);
  if (bind(door, (void *)&address, length) || listen(door, 1) || getsockname(door, (void *)&address, &length))
    die("listen");
  for (int i = 0; i < count; i++) {
    theirs[i] = dial(ntohs(address.sin_port));
    watch(theirs[i], &theirs[i]);
    if ((ends[i] = accept(door, NULL, NULL)) < 0) die("accept");
    setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  return ends;
}

int main(int count, char **given) {
  if (count != 6) return fprintf(stderr, "loop CLIENTS CORE EVENTS FIRST EVERY\n"), 2;
  int clients = atoi(given[1]), events = atoi(given[3]), *ends;
  long long due = atoll(given[4]), every = atoll(given[5]);
  char event[EVENT];
  pthread_t reader;
  cpu_set_t core;
  memset(event, 'e', sizeof event);
  polled = epoll_create1(0);
  ends = connected(clients);
  if (pthread_create(&reader, NULL, read_all, NULL)) die("pthread_create");
  CPU_ZERO(&core);
  CPU_SET(atoi(given[2]), &core);
  if (sched_setaffinity(0, sizeof core, &core)) die("sched_setaffinity");
  if (now() > due) die("FIRST has passed");
  for (int n = 0; n < events; n++, due += every) {
    struct timespec moment = {due / 1000000000, due % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
    for (int i = 0; i < clients; i++)
      if (send(ends[i], event, sizeof event, MSG_DONTWAIT) != sizeof event) die("a client does not read");
    printf("%lld\n", now() - due);
  }
  return 0;
}
