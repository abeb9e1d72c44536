"""What is traded and when: instruments and market hours, as pure tables that a replay or a backtest can call unchanged.

May import `events`, `runtime` and nothing else of ours; no network, no clock of its own.
Doors: `instruments.instrument(symbol, exchange)` and `calendar.is_open(calendar, at)`.
"""
