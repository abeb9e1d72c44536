"""What a start says to the person at the shell: where to log in, where alerts go, and a line to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web import address
from web.setup import setup

if TYPE_CHECKING:
    from web.assembly import App


def welcome(app: App) -> str:
    """The banner. On a hosted platform the output is a log that others read, so it names no link and no token."""
    desk, values = app.desk, app.desk.values
    kept = "Postgres" if desk.journal.dialect == "postgresql" else f"SQLite in {values.data_dir}"
    where = address.shown(values) or f"port {values.port}"
    head = f"\nSignal Desk {desk.version} on {where} ({desk.runtime.name}, {kept})\n\n"
    if values.role == "worker":
        return f"{head}Worker {values.process}: follows the journal, or stands by. Pages and alerts are the webs'.\n\n"
    if values.hosted:
        unknown = f"{notice}\n\n" if (notice := address.notice(values)) else ""
        return f"{head}{unknown}Log in with DASHBOARD_PASSWORD at {address.shown(values)}/login\n\n"
    told = setup(desk)
    link = f"{values.base_url}/login/{app.auth.sessions.make_link()}"
    minutes = f"{values.login_link_seconds / 60:g}"
    return (
        f"{head}"
        f"Log in   {link}\n"
        f"         works once, for {minutes} minutes; `python web_server.py login-link` makes another\n"
        f"Webhook  {told['url']}\n\n"
        f"Try it:\n{told['curl']}\n\n"
    )
