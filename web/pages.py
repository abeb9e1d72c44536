"""The dashboard's pages: deep links that lead to a tool that is built, and the built files' names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from web.auth.guard import auth, who
from web.auth.views import login_url
from web.security import nonce

if TYPE_CHECKING:
    from web.desk import Desk

# Each built tool and the module that draws it, so that the page can ask for it at once.
BUILT = {
    "/ml-dashboard": "ml/MlPage",
    "/signals": "signals/SignalsPage",
    "/webhooks": "webhooks/WebhooksPage",
    "/activity": "activity/ActivityPage",
    "/system": "system/SystemPage",
}
# What the tools are called, as in the dashboard's own list.
TOOLS = {
    "/ml-dashboard": "ML hub",
    "/signals": "Live signals",
    "/webhooks": "Webhook health",
    "/activity": "Activity",
    "/system": "System",
}
# A tool that is not built yet leads to the nearest that is.
NEAREST = {
    "/": "/ml-dashboard",
    "/dashboard/": "/ml-dashboard",
    "/portfolio": "/signals",
    "/positions": "/signals",
    "/trades": "/signals",
    "/market": "/signals",
    "/leaderboard": "/ml-dashboard",
    "/alerts": "/signals",
    "/operations": "/system",
}
# Every component in every state, for those who build tools; served where COMPONENTS_PAGE says so.
COMPONENTS = ("/_components", "components/ComponentsPage")


@dataclass(frozen=True)
class Asset:
    """The addresses of one built entry: its script, its styles and what the script loads first."""

    script: str
    styles: tuple[str, ...]
    preload: tuple[str, ...]


class Assets:
    """Vite's manifest, read again when a build replaced it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".vite" / "manifest.json"
        self._read_at: float | None = None
        self._manifest: dict[str, Any] = {}

    def __call__(self, entry: str) -> Asset | None:
        """The built files of `entry` (a source path); None when it was not built."""
        try:
            changed = self._path.stat().st_mtime
        except OSError:
            return None
        if changed != self._read_at:
            self._manifest, self._read_at = json.loads(self._path.read_text()), changed
        found = self._manifest.get(entry)
        if found is None:
            return None
        files = [self._manifest[name] for name in found.get("imports", [])]
        styles = dict.fromkeys([*found.get("css", []), *(css for file in files for css in file.get("css", []))])
        return Asset(
            script=address(found["file"]),
            styles=tuple(address(name) for name in styles),
            preload=tuple(address(file["file"]) for file in files),
        )

    def entry(self) -> Asset | None:
        """The dashboard's own entry: the manifest's one `isEntry`."""
        self("")
        names = [name for name, chunk in self._manifest.items() if chunk.get("isEntry")]
        return self(names[0]) if names else None


def address(built: str) -> str:
    """Where a built file is served."""
    return f"/static/dashboard/{built}"


def blueprint(desk: Desk, static: Path) -> Blueprint:
    """Every page of the dashboard."""
    pages = Blueprint("pages", __name__)
    assets = Assets(static / "dashboard")

    @pages.app_context_processor
    def for_templates() -> dict[str, Any]:
        return {"nonce": nonce, "asset": assets, "version": desk.version, "demo": desk.values.demo, "tools": TOOLS}

    def tool(module: str) -> Response | tuple[str, int] | str:
        found = who()
        if found is None:
            return redirect(login_url())
        entry = assets.entry()
        if entry is None:
            return render_template("missing.html"), 503
        csrf = auth().csrf(found) if found.kind == "session" else ""
        first = assets(f"dashboard/src/tools/{module}.tsx")
        preload = dict.fromkeys([*entry.preload, *((first.script, *first.preload) if first else ())])
        preload.pop(entry.script, None)
        return render_template(
            "dashboard.html", nonce=nonce(), entry=entry, preload=preload, csrf=csrf, version=desk.version
        )

    # What follows the tool's path is read by the page itself.
    def add(path: str, module: str) -> None:
        pages.add_url_rule(path, f"tool{path}", lambda: tool(module), strict_slashes=False)
        pages.add_url_rule(f"{path}/<path:rest>", f"deep{path}", lambda rest: tool(module))

    for path, module in BUILT.items():
        add(path, module)
    if desk.values.components_page:
        add(*COMPONENTS)
    for path, nearest in NEAREST.items():
        pages.add_url_rule(path, f"nearest{path}", partial(redirect, nearest), strict_slashes=False)
    return pages
