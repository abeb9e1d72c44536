"""A desk with a simulated market: everything goes through the doors that a real one uses, and every page says DEMO.

An outside program: it speaks HTTP and the broadcaster's protocol to the server, and imports nothing else of ours.
Entry point: `python -m scripts.demo` (`make demo`).
"""
