"""What a view says about itself, so that the API's document is made from the routes and never beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import BaseModel

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Said:
    """`query`: field → what it does. `body`: content type → OpenAPI media object. `gives`: a good answer's shape."""

    summary: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "done"})
    open_to_all: bool = False
    gives: type[BaseModel] | None = None


def documented(
    summary: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    answers: Mapping[int, str] | None = None,
    open_to_all: bool = False,
    gives: type[BaseModel] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Attach a line for the API's document to a view."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        cast(Any, view).said = Said(summary, query or {}, body, answers or {200: "done"}, open_to_all, gives)
        return view

    return decorate
