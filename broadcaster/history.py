"""What happened before a follower connects, page by page over HTTP: the journal's past has no other bound."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from typing import Any

from broadcaster.desk import Desk
from broadcaster.errors import LineLost, Refused

PAGE = 500


def page(
    desk: Desk,
    after: int,
    *,
    types: Iterable[str] | None,
    symbols: Iterable[str] | None,
    timeout: float,
    limit: int = PAGE,
) -> dict[str, Any]:
    """`{epoch, head, items, next, reset}` of the facts after a seq. Raises LineLost, or Refused for good."""
    # What passes comes over the live line alone.
    query: dict[str, Any] = {"after": after, "limit": limit, "passing": "none"}
    if types:
        query["types"] = ",".join(types)
    if symbols:
        query["symbols"] = ",".join(symbols)
    request = urllib.request.Request(  # noqa: S310 - find_desk lets only http and https through
        f"{desk.url}/api/events?{urllib.parse.urlencode(query)}", headers={"Authorization": f"Bearer {desk.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - as above
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in (400, 401, 403):
                raise _refusal(error) from None
        raise LineLost(f"the desk answered {error.code}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise LineLost(f"the desk at {desk.url} can't be reached: {error}") from error
    if not isinstance(found, dict) or "items" not in found:
        raise LineLost(f"what answers at {desk.url} is no desk")
    return found


def _refusal(error: urllib.error.HTTPError) -> Refused:
    try:
        said = json.load(error)["error"]
        return Refused(str(said["message"]), code=str(said["code"]), hint=str(said.get("hint", "")))
    except (ValueError, KeyError, TypeError):
        return Refused(f"The desk answered {error.code}.", code="refused")
