"""The errors of this package: each has a `code` for programs, a `message` for people and a `hint` what to do.

EventsError
├── BadEvent            a type or its data that the catalogue refuses
├── BadWire             JSON that is not strict JSON
│   └── NotFinite       NaN or an infinity on its way into a frame
├── BadQuery            a filter, cursor or expression that can't be searched
├── QueryTooSlow        a read that would keep a transaction open for over a second
├── NotStored           the unit is not on disk as far as is known: answer 503, let the sender try again
├── BadUnit             the unit itself is at fault; trying again would fail again
├── CursorMoved         somebody else moved the cursor: read it and go on from there
├── LeaseLost           another process does what must be done once: stand by
├── DatabaseUnavailable the database can't be reached or opened at start
├── ArchiveFailed       facts could not be moved into a file; none was deleted
├── ArchiveDamaged      a file of the archive is not as it was written
├── RebuildTooLarge     more rows differ than can be put right beside living traffic
└── JournalShortened    facts were archived while a rebuild read them
"""


class EventsError(Exception):
    """Base of all; `code` is a reason code of docs/reasons.md."""

    code = "events_error"
    hint = ""

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        if hint is not None:
            self.hint = hint


class BadEvent(EventsError):
    code = "bad_event"
    hint = "GET /api/events.schema.json shows the shape of each type."


class BadWire(EventsError, ValueError):
    code = "bad_json"
    hint = "Send strict JSON in UTF-8."


class NotFinite(BadWire):
    code = "not_finite"
    hint = "Send null where a number is missing: NaN and infinities are not JSON."


class BadQuery(EventsError):
    code = "bad_query"
    hint = "See /api/docs for the filters."


class QueryTooSlow(EventsError):
    code = "query_too_slow"
    hint = "Ask for less at once: a smaller limit or a narrower filter."


class NotStored(EventsError):
    code = "not_stored"
    hint = "Send it again in a few seconds; what was stored after all is answered as a duplicate."


class BadUnit(EventsError):
    code = "bad_unit"
    hint = "The database refused this change; the log has its words."


class CursorMoved(EventsError):
    code = "cursor_moved"
    hint = "Another process follows under the same name; read the cursor again."


class LeaseLost(EventsError):
    code = "lease_lost"
    hint = "Another process has taken over; this one stands by and takes over in its turn."


class DatabaseUnavailable(EventsError):
    code = "database_unavailable"
    hint = "Check DATABASE_URL, or the free space and the rights of DATA_DIR."


class ArchiveFailed(EventsError):
    code = "archive_failed"
    hint = "Nothing was deleted. Look at the space and the rights of DATA_DIR/archive; the next round tries again."


class ArchiveDamaged(EventsError):
    code = "archive_damaged"
    hint = "Restore the file from a backup; `sha256sum -c` in its folder names every file that changed."


class RebuildTooLarge(EventsError):
    code = "rebuild_too_large"
    hint = "Stop every process of the desk and run `python -m events.rebuild --alone`: its commit may then take long."


class JournalShortened(EventsError):
    code = "journal_shortened"
    hint = "Facts were archived meanwhile: start the rebuild again."
