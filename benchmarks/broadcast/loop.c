/* A bare loop of `send` with its clients in the same process, to run one of or two at the same time.
 *
 * loop CLIENTS CORE EVENTS EVERY: says "ready" when the clients are connected and reads when to begin (monotonic ns);
 * from then on sends an event EVERY so many ns, on CORE. The clients read there while it does nothing. Says, one a
 * line, how long after its moment each event had been sent to all (ns): on one machine the kernel has it for a client
 * when `send` returns.
 */
#define _GNU_SOURCE
#include "clock.h"
#include "sockets.h"

#include <pthread.h>
#include <sched.h>

enum { EVENT = 640 /* about what an event of the desk has on the wire */, MOST = 256 };

static void *read_all(void *none) {
  struct sched_param idle = {0};
  struct epoll_event ready[MOST];
  char read[BUFFER];
  if ((errno = pthread_setschedparam(pthread_self(), SCHED_IDLE, &idle))) die("SCHED_IDLE");
  for (;;) {
    int several = epoll_wait(polled, ready, MOST, 0);
    for (int i = 0; i < several; i++)
      while (recv(*(int *)ready[i].data.ptr, read, sizeof read, MSG_DONTWAIT) > 0) continue;
  }
  return none;
}

/* The server's ends; their clients are watched from now on. */
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
  if (count != 5) return fprintf(stderr, "loop CLIENTS CORE EVENTS EVERY\n"), 2;
  int clients = atoi(given[1]), events = atoi(given[3]), *ends;
  int64_t due, every = atoll(given[4]);
  char event[EVENT];
  pthread_t reader;
  cpu_set_t core;
  memset(event, 'e', sizeof event);
  polled = epoll_create1(0);
  ends = connected(clients);
  CPU_ZERO(&core);
  CPU_SET(atoi(given[2]), &core);
  if (sched_setaffinity(0, sizeof core, &core)) die("sched_setaffinity");
  if ((errno = pthread_create(&reader, NULL, read_all, NULL))) die("pthread_create");
  puts("ready");
  fflush(stdout);
  long long first;
  if (scanf("%lld", &first) != 1) return 2;
  due = first;
  for (int n = 0; n < events; n++, due += every) {
    struct timespec moment = {due / 1000000000, due % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
    for (int i = 0; i < clients; i++)
      if (send(ends[i], event, sizeof event, MSG_DONTWAIT) != sizeof event) die("a client does not read");
    printf("%lld\n", (long long)(now() - due));
  }
  return 0;
}
