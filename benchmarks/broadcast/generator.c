/* Many clients and a few posting connections in one epoll loop, so that what is measured is the server.
 *
 * cc -O2 -o generator generator.c && generator --port 5000 --post-port 5000 --mode desk|socketio|ws --path PATH [--stamps 1]
 *
 * Commands on standard input, one a line; each is answered by one line on standard output:
 *   clients N                      connect until N stand; answers "clients N SECONDS"
 *   post FILE CONNECTIONS          the request to post: "@@@@@@@@@@" in it becomes its number with zeros in front,
 *                                  "~~~~~~~~~~" the same with spaces
 *   send EVENTS RATE SECONDS OUT   RATE 0: one event after the other; else so many a second whatever becomes of
 *                                  them. Writes everything it saw to OUT; answers "sent POSTS SLOTS DELIVERED"
 *   listen EVENTS SECONDS OUT      hear so many events that another generator's posts bring; answers "listening" when
 *                                  it does, and in the end as `send` does
 *   pause SECONDS                  only answer pings
 *   watch SECONDS                  the same without ever sleeping: to wake them up costs the server, see `do_send`
 * Times are CLOCK_MONOTONIC in ns. The file: int64 posts, slots, clients; each post: due, sent, answered, status and
 * 256 bytes of the answer's body; each slot: its first frame's length and 4,096 bytes; then a time for each client (0:
 * never). Slots are the events' own `seq`, counted from the first of the run.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arrival.h"

enum { BUFFER = 8192, ANSWER = 256, KEPT = 4096, AT_ONCE = 16, MOST_POSTERS = 256, HEAD = 600 };
enum { HANDSHAKE, OPENED, CONNECTING, STANDING, ENDED };

typedef struct { int poster, fd, state, index, length; size_t skip; char *buffer; } Client;
typedef struct { int poster, fd, busy, length; int64_t post; char buffer[BUFFER]; } Poster;
typedef struct { int64_t due, sent, answered, status; char body[ANSWER]; } Post;

static int port, post_port, polled, standing, ended, wanted, posters_in_use, in_flight;
static const char *mode = "ws", *path = "/ws", *token = "";
static Client *clients;
static Poster posters[MOST_POSTERS];
static char request[16384];
static size_t request_size;
static int64_t top; /* the highest seq that any client saw */
static int64_t heard_at; /* when what is read at the moment came */

/* The run at hand; slots is 0 between runs. */
static int64_t base, slots, reached, delivered, *arrived, *kept_length;
static char *kept;
static Post *posts;
static int64_t answered;

static void die(const char *why) {
  fprintf(stderr, "generator: %s (%s)\n", why, strerror(errno));
  exit(3);
}

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

/* One masked frame of a client; short, so that the kernel always takes it whole. */
static void say(Client *c, int opcode, const char *text, size_t n) {
  unsigned char frame[1024];
  size_t at = 0;
  if (n > 900) die("a frame of ours is too long");
  frame[at++] = 0x80 | opcode;
  if (n < 126) frame[at++] = 0x80 | n;
  else { frame[at++] = 0x80 | 126; frame[at++] = n >> 8; frame[at++] = n; }
  const unsigned char mask[4] = {1, 2, 3, 4};
  memcpy(frame + at, mask, 4), at += 4;
  for (size_t i = 0; i < n; i++) frame[at + i] = text[i] ^ mask[i & 3];
  if (send(c->fd, frame, at + n, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET) die("send");
}

static void stand(Client *c) {
  if (c->state != STANDING) c->state = STANDING, standing++;
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
  if (seq > top) top = seq;
  int64_t slot = seq - base;
  if (!slots || slot < 0 || slot >= slots) return;
  int64_t *cell = &arrived[slot * wanted + c->index];
  if (*cell) die("an event came twice");
  if (!heard_at) die("the kernel did not say when an event came");
  *cell = heard_at, delivered++;
  if (slot >= reached) reached = slot + 1;
  if (!kept_length[slot]) {
    kept_length[slot] = n;
    memcpy(kept + slot * KEPT, p, n < KEPT ? n : KEPT);
  }
}

static void hello(Client *c) {
  char text[600];
  if (!strcmp(mode, "ws")) return stand(c);
  if (!strcmp(path, "/ws")) {
    say(c, 1, text, snprintf(text, sizeof text, "{\"op\":\"auth\",\"token\":\"%s\"}", token));
    c->state = CONNECTING;
  } else c->state = OPENED;
}

static void frame(Client *c, int opcode, const char *p, size_t n) {
  char text[600];
  int desk = !strcmp(mode, "desk"), engine = strcmp(path, "/ws") != 0;
  if (opcode == 9) return say(c, 10, p, n);
  if (opcode == 8) { if (c->state == STANDING) standing--; c->state = ENDED, ended++; return; }
  if (opcode != 1 || n < 1) return;
  if (engine && p[0] == '2') return say(c, 1, "3", 1);
  if (engine && p[0] == '0') {
    if (!desk) say(c, 1, "40", 2);
    else say(c, 1, text, snprintf(text, sizeof text, "40{\"token\":\"%s\"}", token));
    c->state = CONNECTING;
    return;
  }
  if (engine && n > 1 && p[1] == '4') die("the server refused a client");
  if (engine && n > 1 && p[1] == '0') { if (!desk) stand(c); return; }
  /* The desk's first is its state; every peer's is an event. */
  if (c->state == CONNECTING && desk) { if (memmem(p, n < 400 ? n : 400, "\"snapshot\"", 10)) stand(c); return; }
  event(c, p, n);
}

/* Takes the whole frames of the buffer; of a frame that is larger than it, the beginning. */
static int frames(Client *c, int at) {
  for (;;) {
    size_t available = c->length - at, size, head = 2;
    unsigned char *p = (unsigned char *)c->buffer + at;
    if (available < 2) break;
    size = p[1] & 127;
    if (size == 126) { if (available < 4) break; size = p[2] << 8 | p[3], head = 4; }
    else if (size == 127) {
      if (available < 10) break;
      size = 0, head = 10;
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
      if (c->state != ENDED) { if (c->state == STANDING) standing--; c->state = ENDED, ended++; }
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
  c->index = i, c->fd = dial(port), c->buffer = malloc(BUFFER);
  if (want_stamps(c->fd)) die("the kernel stamps no arrivals");
  watch(c->fd, c);
  int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, port);
  if (send(c->fd, text, n, MSG_NOSIGNAL) != n) die("send a handshake");
}

static void put_number(char *text, const char *place, char fill, int64_t number) {
  for (char *at = text; (at = strstr(at, place)); at += 10) {
    char digits[16];
    snprintf(digits, sizeof digits, "%010lld", (long long)number);
    if (fill == ' ') for (int i = 0; i < 9 && digits[i] == '0'; i++) digits[i] = ' ';
    memcpy(at, digits, 10);
  }
}

static void post(Poster *p, int64_t number, int64_t due) {
  static char text[sizeof request + 1];
  memcpy(text, request, request_size), text[request_size] = 0;
  put_number(text, "@@@@@@@@@@", '0', base + number);
  put_number(text, "~~~~~~~~~~", ' ', base + number);
  if (p->fd < 0) p->fd = dial(post_port), watch(p->fd, p);
  p->busy = 1, p->length = 0, p->post = number, in_flight++;
  posts[number].sent = now();
  posts[number].due = due ? due : posts[number].sent;
  if (send(p->fd, text, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) die("send a post");
}

static void hear_answer(Poster *p) {
  ssize_t got = recv(p->fd, p->buffer + p->length, BUFFER - 1 - p->length, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    if (p->busy) die("a post was not answered");
    close(p->fd), p->fd = -1;
    return;
  }
  p->length += got, p->buffer[p->length] = 0;
  char *end = strstr(p->buffer, "\r\n\r\n"), *said = strcasestr(p->buffer, "content-length:");
  if (!end || !p->busy) return;
  if (!said || said > end) die("an answer has no length");
  if (p->buffer + p->length < end + 4 + atol(said + 15)) return;
  Post *done = &posts[p->post];
  done->answered = now(), done->status = atol(p->buffer + 9);
  snprintf(done->body, ANSWER, "%s", end + 4);
  p->busy = 0, in_flight--, answered++;
}

/* Hears what came within `ms`; true when a command waits. */
static int hear_all(double ms) {
  static struct epoll_event events[512];
  struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms * 1e6) % 1000000000};
  int n = epoll_pwait2(polled, events, 512, &t, NULL), command = 0;
  for (int i = 0; i < n; i++) {
    int *kind = events[i].data.ptr;
    if (!kind) command = 1;
    else if (*kind) hear_answer((Poster *)kind);
    else hear((Client *)kind);
  }
  return command;
}

static Poster *free_poster(void) {
  for (int i = 0; i < posters_in_use; i++) if (!posters[i].busy) return &posters[i];
  return NULL;
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

static void write_out(const char *name, int64_t count) {
  FILE *out = fopen(name, "wb");
  if (!out) die(name);
  int64_t header[3] = {count, reached, wanted};
  fwrite(header, sizeof header, 1, out), fwrite(posts, sizeof *posts, count, out);
  for (int64_t s = 0; s < reached; s++) {
    fwrite(&kept_length[s], 8, 1, out), fwrite(kept + s * KEPT, KEPT, 1, out);
    fwrite(arrived + s * wanted, 8, wanted, out);
  }
  if (fclose(out)) die(name);
}

static void begin_run(int64_t count, int64_t events) {
  base = top + 1, slots = events + 64, reached = delivered = answered = 0;
  posts = calloc(count + 1, sizeof *posts), arrived = calloc(slots * wanted + 1, 8);
  kept = calloc(slots + 1, KEPT), kept_length = calloc(slots + 1, 8);
}

static void end_run(const char *out, int64_t posted) {
  write_out(out, posted);
  printf("sent %lld %lld %lld %d\n", (long long)posted, (long long)reached, (long long)delivered, ended);
  slots = 0, free(posts), free(arrived), free(kept), free(kept_length);
  /* Kept through a run only: a server that closes what was idle for seconds may do so while the next post is under way. */
  for (int i = 0; i < posters_in_use; i++) if (posters[i].fd >= 0 && !posters[i].busy) close(posters[i].fd), posters[i].fd = -1;
}

static void do_listen(int64_t events, double seconds, const char *out) {
  begin_run(0, events);
  puts("listening"), fflush(stdout);
  int64_t give_up = now() + (int64_t)(seconds * 1e9);
  while (now() < give_up && !ended && delivered < events * wanted) hear_all(1);
  end_run(out, 0);
}

/* Each post brings `each` facts (an alert: received, scored, decided). One by one, 2 ms of quiet lie between two. */
static void do_send(int64_t events, double rate, double seconds, const char *out, int each) {
  int64_t count = rate > 0 ? (int64_t)(rate * seconds) : events, posted = 0, began = now(), quiet_since = 0;
  begin_run(count, count * each);
  int64_t give_up = began + (int64_t)((seconds + (rate > 0 ? 2 : 20)) * 1e9);
  double step = rate > 0 ? 1e9 / rate : 0;
  while (now() < give_up && !ended) {
    int64_t t = now();
    if (rate > 0) {
      while (posted < count && began + (int64_t)(posted * step) <= t) {
        Poster *p = free_poster();
        if (!p) break;
        post(p, posted, began + (int64_t)(posted * step)), posted++;
      }
    } else if (posted < count && answered == posted && delivered >= posted * each * wanted) {
      if (!quiet_since) quiet_since = t;
      if (t - quiet_since >= 2000000) post(&posters[0], posted++, 0), quiet_since = 0;
    }
    if (posted == count && answered == count && delivered >= count * each * wanted) break;
    double wait = rate > 0 && posted < count && free_poster() ? (began + posted * step - t) / 1e6 : 1;
    /* One by one the clients never sleep: waking them up would cost the server's core, as nobody's on another machine does. */
    hear_all(rate <= 0 ? 0 : wait < 0.02 ? 0.02 : wait > 1 ? 1 : wait);
  }
  while (in_flight && now() < give_up + 5000000000LL) hear_all(10);
  end_run(out, posted);
}

static void obey(char *line) {
  char name[512];
  int n, each = 1;
  long long events; double rate, seconds;
  if (sscanf(line, "clients %d", &n) == 1) do_clients(n);
  else if (sscanf(line, "post %500s %d", name, &n) == 2) {
    FILE *in = fopen(name, "rb");
    if (!in || n > MOST_POSTERS) die(name);
    request_size = fread(request, 1, sizeof request - 1, in), posters_in_use = n;
    fclose(in), puts("post");
  } else if (sscanf(line, "send %lld %lf %lf %500s %d", &events, &rate, &seconds, name, &each) >= 4)
    do_send(events, rate, seconds, name, each);
  else if (sscanf(line, "listen %lld %lf %500s", &events, &seconds, name) == 3) do_listen(events, seconds, name);
  else if (sscanf(line, "pause %lf", &seconds) == 1 || sscanf(line, "watch %lf", &seconds) == 1) {
    for (int64_t end = now() + (int64_t)(seconds * 1e9); now() < end;) hear_all(*line == 'w' ? 0 : 20);
    printf("paused %d\n", standing);
  } else die("an unknown command");
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
  getrlimit(RLIMIT_NOFILE, &limit), limit.rlim_cur = limit.rlim_max, setrlimit(RLIMIT_NOFILE, &limit);
  polled = epoll_create1(0);
  for (int i = 0; i < MOST_POSTERS; i++) posters[i].poster = 1, posters[i].fd = -1;
  watch(0, NULL);
  for (;;) {
    while (!hear_all(1000)) {}
    if (!fgets(line, sizeof line, stdin)) return 0;
    obey(line);
  }
}
