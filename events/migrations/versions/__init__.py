"""The schema's history, by Alembic; `events.migrate` runs it."""
