"""Facts and their durability: the envelope, the catalogue of types, the journal, its followers and the bus.

May import the runtime's contract and nothing else of ours. Entry point: `events.journal.open_journal`.
"""
