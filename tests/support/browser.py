"""What a person's browser does at the desk's door: it logs in, keeps its cookies, and may be made to misuse them."""

import requests

from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer


class Browser:
    """One browser with its own cookies; a request says where it comes from as a page of the desk would."""

    def __init__(self, server: DeskServer) -> None:
        self.server = server
        self.http = requests.Session()
        self.http.headers["Origin"] = server.url

    @property
    def cookies(self) -> str:
        """As they stand in a `Cookie` header."""
        return "; ".join(f"{one.name}={one.value}" for one in self.http.cookies)

    def log_in(self) -> "Browser":
        """By a one-time link, as `python web_server.py login-link` asks the server for one."""
        made = requests.post(
            f"{self.server.url}/api/login-links",
            headers={"Authorization": f"Bearer {API_TOKEN}"},
            timeout=PATIENCE,
        )
        assert self.http.post(made.json()["url"], allow_redirects=False, timeout=PATIENCE).status_code == 303
        return self

    def try_password(self, password: str, **headers: str) -> requests.Response:
        return self.http.post(
            f"{self.server.url}/login",
            data={"password": password},
            headers=headers,
            allow_redirects=False,
            timeout=PATIENCE,
        )

    def log_out(self) -> None:
        csrf = self.http.get(f"{self.server.url}/api/session", timeout=PATIENCE).json()["csrf"]
        done = self.http.delete(f"{self.server.url}/api/session", headers={"X-CSRF-Token": csrf}, timeout=PATIENCE)
        assert done.status_code == 204
