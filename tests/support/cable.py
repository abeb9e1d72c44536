"""The network between a client and the desk, as a TCP proxy on loopback that a test may cut, freeze or make worse."""

import contextlib
import socket
import threading

UPGRADE = b"upgrade: websocket"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Cable:
    """Carries bytes both ways on its own `port`.

    `cut` drops every connection and takes no new one; `freeze` carries nothing and forgets nothing, as a line that
    stutters; `holding` swallows what is sent without a sign; `mend` ends all of these. `blocks_websockets` answers an
    upgrade as a company's proxy does that knows none; `blocked` counts these.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._pairs: list[socket.socket] = []
        self._flows = threading.Event()
        self._flows.set()
        self.up, self.holding, self.blocks_websockets = True, False, False
        self.blocked = self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                far = socket.create_connection(("127.0.0.1", self._port)) if self.up else None
            except OSError:  # nobody listens there just now
                far = None
            if far is None:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs += [near, far]
            threading.Thread(target=self._carry, args=(near, far, self.blocks_websockets), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, looks: bool) -> None:
        try:
            while data := one.recv(65536):
                self._flows.wait()
                if looks and UPGRADE in data.lower():
                    self.blocked += 1
                    one.sendall(FORBIDDEN)
                    return
                if not self.holding:
                    other.sendall(data)
        except OSError:
            return  # cut: that is what it is for
        finally:
            for end in (one, other):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def freeze(self) -> None:
        self._flows.clear()

    def cut(self) -> None:
        self.up = False
        pairs, self._pairs = self._pairs, []
        for one in pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._flows.set()

    def mend(self) -> None:
        self.up, self.holding = True, False
        self._flows.set()

    def close(self) -> None:
        self.cut()
        self._listener.close()
