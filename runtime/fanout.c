/* Sends the same bytes to many sockets without coming back to Python in between. */

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MSG_NOSIGNAL /* not on macOS; Python ignores SIGPIPE by itself */
#define MSG_NOSIGNAL 0
#endif

/* Of `Lineup.entries`: a socket's number; how much it took the last time, -1 after an error. */
struct entry {
  int64_t number, took;
};

/* One try each, in their order; returns how many of them did not take everything. */
size_t fan_out(struct entry *entries, size_t count, const void *bytes, size_t size) {
  size_t missed = 0;
  for (size_t i = 0; i < count; i++) {
    entries[i].took = send((int)entries[i].number, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    missed += entries[i].took != (int64_t)size;
  }
  return missed;
}
