"""What scripts and agents say: held to what their token may, stored as *external*, answered after its commit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from events import catalogue, wire
from events.envelope import Fact, Passing
from events.errors import BadEvent
from events.journal import Entry, Unit
from trading import accounts
from web.gateway.errors import BadMessage, NotPermitted
from web.gateway.limits import Quotas

if TYPE_CHECKING:
    from web.auth import Principal
    from web.desk import Desk

BATCH_MOST = 500
ID = re.compile(r"[A-Za-z0-9._:-]{8,64}")
# Only the newest of a passing update counts, but that of each key is kept in memory.
PASSING_BYTES = 4096
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Characters that are kept of what an event says of itself; what is cut is told in its answer.
LONGEST = {"message": 2000, "source": 64, "symbol": 64}
# What each scope lets a token say. Nothing of it passes for the desk's own word: the handler table looks at the origin.
PUBLISH = frozenset(name for name, spec in catalogue.TYPES.items() if spec.publish)
SIGNAL = "signal_received"
# What the desk itself says stands under this name, on every page.
OWN_SOURCE = "desk"
REPORT = frozenset(name for name, spec in catalogue.TYPES.items() if spec.report)


class Publisher:
    """Publishes for a principal; several at once are one commit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._quotas = Quotas(desk.values.publish_per_second, desk.values.publish_bytes_per_second)

    def publish(self, principal: Principal, items: Sequence[Any]) -> list[dict[str, Any]]:
        """One answer an item, in order: `{id, seq, existing}` or `{id, error}`. Raises NotStored, OverQuota.

        `cut` in it names the fields of which only the beginning was kept.
        """
        self._quotas.check(principal.session, len(items))
        answers: list[dict[str, Any]] = []
        facts: list[tuple[int, Fact]] = []
        for item in items:
            given = item.get("id") if isinstance(item, Mapping) else None
            answer: dict[str, Any] = {"id": given if isinstance(given, str) else None}
            answers.append(answer)
            try:
                made = self._one(principal, item)
            except BadMessage as error:
                answer["error"] = error.error()
                continue
            if cut := [name for name, longest in LONGEST.items() if len(str(item.get(name) or "")) > longest]:
                answer["cut"] = cut
            if isinstance(made, Fact):
                answer["id"] = made.id
                facts.append((len(answers) - 1, made))
            else:
                answer.update(made)
        if facts:
            receipt = self._desk.journal.append(
                Unit(entries=[Entry(fact, accounts.changes(fact), once=True) for _, fact in facts]),
                timeout=self._desk.values.answer_seconds,
            )
            for (place, _), stored, existing in zip(facts, receipt.facts, receipt.existing, strict=True):
                answers[place].update(seq=stored.seq, existing=existing)
        return answers

    def _one(self, principal: Principal, item: Any) -> Fact | dict[str, Any]:
        if not isinstance(item, Mapping) or not isinstance(item.get("type"), str):
            raise BadMessage("bad_event", "An event is an object with a `type`.", 'Such as {"id", "type", "data"}.')
        type_ = catalogue.canonical(item["type"])
        data = item.get("data", {})
        if not isinstance(data, dict):
            raise BadMessage("bad_event", "`data` is not an object.", "Give one, such as {}.")
        if type_ == SIGNAL:
            self._allow(principal, "signal", type_)
            return self._alert(item, data)
        if type_ in REPORT:
            self._allow(principal, "report", type_)
            self._external(data)
            return self._event(principal, item, type_, data)
        if type_ not in PUBLISH:
            hint = f"Types that can: {', '.join(sorted(PUBLISH))}; an activity, such as order, is an `event`."
            raise NotPermitted("not_publishable", f"{type_[:64]} can't be published.", hint)
        if type_ == "ml_prediction_update":
            data = forecast(data)
        self._allow(principal, "publish", type_)
        return self._event(principal, item, type_, data)

    def _allow(self, principal: Principal, scope: str, type_: str) -> None:
        if not principal.may(scope):
            hint = f"`python web_server.py token --scopes {scope} --name NAME` makes one that may."
            raise NotPermitted("missing_scope", f"Saying {type_} needs the scope `{scope}`.", hint)

    def _external(self, data: Mapping[str, Any]) -> None:
        """Only accounts that live elsewhere may be reported. What kind and money they are is the desk's to say."""
        name = data.get("account")
        found = accounts.account(self._desk.journal, name) if isinstance(name, str) else None
        if found is None or found.kind != "external":
            raise NotPermitted(
                "account_not_external",
                "No account of the kind external has that name.",
                "PUT /api/accounts/<name> makes one known; the desk's own can't be reported.",
            )

    def _event(
        self, principal: Principal, item: Mapping[str, Any], type_: str, data: dict[str, Any]
    ) -> Fact | dict[str, Any]:
        try:
            checked = catalogue.validate(type_, data)
            size = len(wire.encode(checked))
        except BadEvent as error:
            raise BadMessage(error.code, error.message, error.hint) from None
        except (ValueError, TypeError) as error:
            raise BadMessage(
                "bad_event", f"`data` can't be stored: {error}", "Send plain, finite JSON values."
            ) from None
        self._quotas.spend(principal.session, size)
        level = item.get("level", "INFO")
        if level not in LEVELS:
            raise BadMessage("bad_event", "`level` is not known.", f"One of {', '.join(LEVELS)}.")
        fields: dict[str, Any] = {
            "type": type_,
            "data": checked,
            "message": words(item, "message") or type_.replace("_", " "),
            "source": words(item, "source") or principal.name or "external",
            "level": level,
            "symbol": words(item, "symbol") or (words(checked, "symbol") or None),
        }
        if fields["source"].strip().casefold() == OWN_SOURCE:
            raise BadMessage("bad_event", "`source` is the desk's own name.", "Name the script that speaks.")
        given = given_id(item)
        if given is not None:
            fields["id"] = given
        if catalogue.TYPES[type_].kind == "passing":
            if size > PASSING_BYTES:
                hint = f"At most {PASSING_BYTES} bytes; publish what is longer as an `event`."
                raise BadMessage("bad_event", "This passing update is too long.", hint)
            key = fields["symbol"] or fields["source"]
            passing = Passing(key=key, **fields)
            self._desk.bus.publish(passing)
            return {"id": passing.id, "seq": None, "existing": False}
        return Fact(origin="external", **fields)

    def _alert(self, item: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """As the webhook: the same checks, keys and answers."""
        sources = self._desk.sources
        name = words(item, "source")
        source = name if name and sources.get(name) is not None else sources.default.name
        answer = self._desk.intake.publish(source, wire.encode(data), message_id=given_id(item))
        if answer.status >= 400:
            error = answer.body.get("error", {})
            return {"error": error}
        return {"seq": None, "existing": answer.body.get("status") == "duplicate", **answer.body}


def forecast(data: dict[str, Any]) -> dict[str, Any]:
    """A prediction from outside, which other systems send without a `kind`. Raises NotPermitted for a score."""
    kind = data.get("kind", "forecast")
    if kind != "forecast":
        shown = str(kind)[:64]
        hint = "Publish `kind: forecast`: a signal's score is the desk's own word."
        raise NotPermitted("not_publishable", f"A prediction of the kind {shown} can't be published.", hint)
    return data | {"kind": kind}


def given_id(item: Mapping[str, Any]) -> str | None:
    """The sender's own id of an event, which makes a resend the same event. Raises BadMessage."""
    given = item.get("id")
    if given is None:
        return None
    if not isinstance(given, str) or not ID.fullmatch(given):
        raise BadMessage("bad_event", "`id` can't be used.", "8 to 64 letters, digits or . _ : -, unique for ever.")
    return given


def words(item: Mapping[str, Any], field: str) -> str:
    """A text field, held to its `LONGEST`; "" when absent. Raises BadMessage when it is no text."""
    value = item.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise BadMessage("bad_event", f"`{field}` is not text.", "Send a string.")
    return value[: LONGEST[field]]
