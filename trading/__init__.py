"""What is traded, when and in which accounts: tables and functions that a replay or a backtest can call unchanged.

May import `events`, `runtime` and nothing else of ours; no network, no clock of its own.
Doors: `instruments.instrument(symbol, exchange)`, `calendar.is_open(calendar, at)` and `accounts.changes(fact)`.
"""
