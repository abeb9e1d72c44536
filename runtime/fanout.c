/* Sends the same bytes to many sockets without coming back to Python in between. */

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MSG_NOSIGNAL /* not on macOS; Python ignores SIGPIPE by itself */
#define MSG_NOSIGNAL 0
#endif

/* One try each, in their order. `took` gets how much each of them took, -1 after an error; returns how many of them did
 * not take everything. */
size_t fan_out(const int *sockets, size_t count, const void *bytes, size_t size, int64_t *took) {
  size_t missed = 0;
  for (size_t i = 0; i < count; i++) {
    took[i] = send(sockets[i], bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    missed += took[i] != (int64_t)size;
  }
  return missed;
}
