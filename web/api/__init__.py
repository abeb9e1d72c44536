"""The REST API: one file a subject, each a function from the desk to a Flask blueprint.

May import whatever `web` may. Entry point: `blueprints(desk)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.api import (
    access,
    accounts,
    activity,
    backfill,
    dead_letters,
    exports,
    health,
    jobs,
    models,
    rebuild,
    settings,
    signals,
    sources,
    state,
    teaching,
)

if TYPE_CHECKING:
    from flask import Blueprint

    from web.desk import Desk

SUBJECTS = (
    access,
    accounts,
    activity,
    backfill,
    dead_letters,
    exports,
    health,
    jobs,
    models,
    rebuild,
    settings,
    signals,
    sources,
    state,
    teaching,
)


def blueprints(desk: Desk) -> list[Blueprint]:
    """Every subject's blueprint."""
    return [subject.blueprint(desk) for subject in SUBJECTS]
