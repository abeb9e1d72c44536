"""Serves until told to stop, then stops within its time with nothing acknowledged lost."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from web.assembly import App

log = logging.getLogger("web.serving")
LOOK_SECONDS = 0.1
# So many new objects and the collector looks through them.
YOUNG_OBJECTS = 10_000


class Stop:
    """Whether SIGTERM or SIGINT came. A handler may run inside the engine's hub, so it sets a flag and no more."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: object) -> None:
        del number, frame
        self.wanted = True


def serve(app: App, listener: socket.socket) -> int:
    """Blocks until a signal; returns the exit code: 0 after a clean stop, 1 when the server ended by itself."""
    desk = app.desk
    stop = Stop()
    server = desk.runtime.serve(
        listener,
        app.flask,
        max_sockets=desk.values.max_sockets,
        header_timeout=desk.values.header_seconds,
    )
    # What is there now stays: a collection need not walk through it again and again.
    gc.collect()
    gc.freeze()
    # A burst of alerts makes many objects that reference counting frees by itself: seldom is often enough.
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
    running = desk.runtime.spawn(server.run)
    while not stop.wanted and not running.dead:
        desk.runtime.sleep(LOOK_SECONDS)
    clean = stop.wanted
    log.info("stopping" if clean else "the server ended by itself")
    give_up_after(desk.values.shutdown_seconds)
    # The listener closes at once, so that clients that the gateway lets go come back to the next process.
    closing = desk.runtime.spawn(server.stop, desk.values.shutdown_seconds / 2)
    if app.gateway is not None:
        app.gateway.stop()
    closing.join(desk.values.shutdown_seconds / 2 + 0.5)
    app.stop()
    log.info("stopped; everything acknowledged is stored")
    return 0 if clean else 1


def give_up_after(seconds: float) -> None:
    """End the process whatever hangs: what was acknowledged is on disk already, and a host kills soon anyway."""

    def end(number: int, frame: object) -> None:
        del number, frame
        os.write(2, b"stopped hard: something did not end in time; everything acknowledged is stored\n")
        os._exit(0)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
