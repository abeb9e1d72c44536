"""HTTP and sockets: the webhook, the API, pages, login, and the gateway to live clients.

Floor 2: may import signals, ml, trading, events and runtime; nothing imports it but the roof. Entry points:
`assembly.assemble` (makes the desk from plain values) and `app.create_flask` (makes the WSGI app from the desk).
"""
