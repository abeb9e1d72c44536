"""Prints the API's document without serving: what the dashboard's client is generated from."""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
for name in [name for name in os.environ if name not in ("PATH", "HOME", "LANG", "TMPDIR")]:
    del os.environ[name]  # a developer's own settings say nothing about the API
os.environ["CONFIG_FILE"] = os.devnull

import config  # noqa: E402 - after the environment was cleared
import runtime  # noqa: E402 - as above
import web_server  # noqa: E402 - as above
from web.openapi import document  # noqa: E402 - as above

logging.disable()  # the document is what is wanted, not a start's remarks
with tempfile.TemporaryDirectory() as folder:
    values = web_server.values(config.Settings(data_dir=Path(folder)), port=5000, secret_key="0" * 32)
    app = web_server.create_app(values, runtime.make("threads"))
    sys.stdout.write(json.dumps(document(app.flask, app.desk)))
    app.desk.journal.close(5.0)
