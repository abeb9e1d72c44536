/* Sends the same bytes to many sockets without coming back to Python in between. */

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MSG_NOSIGNAL /* not on macOS; Python ignores SIGPIPE by itself */
#define MSG_NOSIGNAL 0
#endif

/* One try each, from the socket at `place` on. Returns the place of the first that did not take everything, with how
 * much it `took` (0 after an error), or `count`. */
size_t fan_out(const int *sockets, size_t place, size_t count, const void *bytes, size_t size, size_t *took)
{
    for (; place < count; place++) {
        ssize_t sent = send(sockets[place], bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent != (ssize_t)size) {
            *took = sent < 0 ? 0 : (size_t)sent;
            break;
        }
    }
    return place;
}
