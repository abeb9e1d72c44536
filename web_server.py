"""The roof: reads the settings, has everything put together and runs it. `python web_server.py --help` says how."""

import gc
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import runtime


def engine() -> runtime.Mode:
    """The engine to patch for, read before anything else is imported; the settings check it properly later."""
    given = os.environ.get("ASYNC_MODE")
    if not given:
        file = Path(os.environ.get("CONFIG_FILE") or "config.yaml")
        text = file.read_text(errors="replace") if file.is_file() else ""
        found = re.search(r"^ASYNC_MODE\s*:\s*[\"']?(\w+)", text, re.MULTILINE | re.IGNORECASE)
        given = found[1] if found else "eventlet"
    return "gevent" if given.lower() == "gevent" else "eventlet"


if __name__ == "__main__":
    # What is loaded now stays: to look through it again and again on the way cost a tenth of the start. Serving has
    # limits of its own.
    gc.set_threshold(100_000)
    runtime.patch(engine())

import argparse  # noqa: E402 - nothing may be imported before the engine has patched
import logging  # noqa: E402 - as above
from dataclasses import fields  # noqa: E402 - as above

import config  # noqa: E402 - as above
import hosting  # noqa: E402 - as above

if TYPE_CHECKING:
    from signals.rules import SizingRules
    from web.assembly import App
    from web.commands import Ask
    from web.desk import Values

UNUSABLE = 2


def main(argv: list[str]) -> int:
    """Runs one command; returns the exit code: 0 done, 2 can't run as asked (stderr says what to change)."""
    asked = parser().parse_args(argv)
    try:
        settings = config.load()
    except config.BadSettings as bad:
        return refuse("The settings can't be used:", *(f"  {line}" for line in bad.lines))
    if asked.check:
        sys.stdout.write("".join(f"{line}\n" for line in config.misspelt(os.environ)))
        sys.stdout.write(f"The settings are fine: {summary(settings)}\n")
        return 0
    from web.commands import CommandError
    from web.folder import FolderError
    from web.listener import ListenError

    try:
        return command(settings, asked) if asked.command else start(settings)
    except (FolderError, ListenError, CommandError) as error:
        return refuse(str(error))


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="web_server.py", description="Signal Desk: TradingView alerts, scored and sized."
    )
    made.add_argument("--check", action="store_true", help="check the settings and exit")
    commands = made.add_subparsers(dest="command", metavar="command")
    token = commands.add_parser("token", help="make an API token, shown once")
    token.add_argument("--scopes", required=True, help="comma-separated: read, publish, signal, report, trade, admin")
    token.add_argument("--name", required=True, help="whose token it is")
    commands.add_parser("login-link", help="make a one-time login link")
    missed = commands.add_parser("backfill", help="store what an alert-log export holds and the desk missed")
    missed.add_argument("file", type=Path, help="an alert-log export of TradingView")
    missed.add_argument("--source", default="tradingview", help="the source that should have received it")
    missed.add_argument("--dry-run", action="store_true", help="compare and report, store nothing")
    copied = commands.add_parser("backup", help="copy the database and the secret key, also while the server runs")
    copied.add_argument("file", type=Path, help="where to, such as desk-backup.db; the key goes beside it")
    again = commands.add_parser("rebuild", help="make the tables that facts feed again from the journal")
    again.add_argument("--alone", action="store_true", help="no process of this desk runs: any number may differ")
    return made


def refuse(*lines: str) -> int:
    """Say on stderr why not."""
    sys.stderr.write("\n".join(lines) + "\n")
    return UNUSABLE


def summary(settings: config.Settings) -> str:
    database = "Postgres" if settings.database_url else f"SQLite in {settings.data_dir}"
    return f"port {settings.port} on {settings.host}, {database}, {settings.async_mode}, role {settings.role}"


def values(settings: config.Settings, *, port: int, secret_key: str) -> "Values":
    """The settings as the plain values that the rooms are handed."""
    from web import folder
    from web.desk import Values

    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    own: dict[str, Any] = {
        "base_url": settings.public_url or f"http://{f'[{shown}]' if ':' in shown else shown}:{port}",
        "hosted": hosting.platform(os.environ),
        "port": port,
        "secret_key": secret_key,
        "data_dir": settings.data_dir.resolve(),
        "process": folder.identity(settings.data_dir),
        "sizing": sizing_rules(settings),
    }
    names = [field.name for field in fields(Values) if field.name not in own]
    return Values(**own, **{name: getattr(settings, name) for name in names})


def sizing_rules(settings: config.Settings) -> "SizingRules":
    """What sizes depend on: the settings of the same name, and the account's, which is assumed until it is set."""
    from signals.rules import SizingRules

    known = settings.account_equity is not None
    given: dict[str, Any] = {"equity": settings.account_equity} if known else {}
    given |= {
        field.name: getattr(settings, field.name) for field in fields(SizingRules) if hasattr(settings, field.name)
    }
    return SizingRules(
        **given,
        equity_assumed=not known,
        currency=settings.account_currency.strip().upper(),
        max_signal_age_s=settings.max_signal_age,
    )


def known_secret_key(settings: config.Settings) -> str:
    """SECRET_KEY, else the data folder's own; empty where only the database lasts or is shared: it then keeps one."""
    from web.folder import secret_key

    if settings.secret_key or settings.role != "all" or hosting.passing_disk(os.environ, settings.data_dir):
        return settings.secret_key
    return secret_key(settings.data_dir)


def create_app(plain: "Values", engine_of: runtime.Runtime) -> "App":
    """Everything wired, nothing started."""
    from web.assembly import assemble

    return assemble(plain, engine_of)


def start(settings: config.Settings) -> int:
    """Serve until SIGTERM."""
    from web import folder, listener, logs

    runtime.assert_patched(settings.async_mode)
    held = folder.Folder(settings.data_dir, hosting.unwritable(os.environ))
    listening = listener.bind(settings.host, settings.port)
    port = int(listening.getsockname()[1])
    plain = values(settings, port=port, secret_key=known_secret_key(settings))
    held.tell(f"http://127.0.0.1:{port}" if plain.host in ("0.0.0.0", "") else f"http://{plain.host}:{port}")  # noqa: S104 - as above
    listener.raise_open_files(plain.max_sockets)
    logs.install(settings.log_level, cast(Any, settings.log_format), config.secrets_of(settings))
    for line in config.misspelt(os.environ):
        logging.getLogger("config").warning("%s", line)

    from web.database import CannotStart
    from web.serving import serve
    from web.welcome import welcome

    try:
        app = create_app(plain, runtime.make(settings.async_mode))
    except CannotStart as error:
        return refuse(str(error))
    app.start()
    sys.stdout.write(welcome(app))
    sys.stdout.flush()
    code = serve(app, listening)
    held.release()
    sys.stdout.flush()
    # A native thread that hangs in a driver would keep the interpreter from ending; everything is stored by now.
    os._exit(code)


def make_token(ask: "Ask", asked: argparse.Namespace) -> int:
    scopes = [scope.strip() for scope in asked.scopes.split(",") if scope.strip()]
    made = ask("/api/tokens", {"name": asked.name, "scopes": scopes})
    sys.stdout.write(f"{made['token']}\nShown this once. Send it as: Authorization: Bearer <token>\n")
    return 0


def make_link(ask: "Ask", asked: argparse.Namespace) -> int:
    del asked
    made = ask("/api/login-links", {})
    # Without PUBLIC_URL a command on a host knows the path, and nobody's address.
    on = "" if "://" in made["url"] else "Open this path on the desk's address (PUBLIC_URL is not set):\n"
    sys.stdout.write(f"{on}{made['url']}\nWorks once, for {made['seconds'] / 60:g} minutes.\n")
    return 0


def backfill(ask: "Ask", asked: argparse.Namespace) -> int:
    from signals import alert_log
    from signals.backfill import run

    try:
        return run(asked.file, asked.source, lambda body: ask("/api/backfill", body), dry_run=asked.dry_run)
    except alert_log.BadLog as error:
        return refuse(f"{error.message} {error.hint}")
    except OSError as error:
        return refuse(f"{asked.file} can't be read ({error.strerror}): name an alert-log export of TradingView.")


def rebuild(ask: "Ask", asked: argparse.Namespace) -> int:
    from web.commands import follow

    told = follow(ask, ask("/api/rebuild", {"alone": asked.alone}))["result"]
    mended = ", ".join(f"{rows:,} of {table}" for table, rows in told["mended"].items())
    sys.stdout.write(f"{told['facts']:,} facts read in {told['seconds']} s. ")
    sys.stdout.write(f"Put right: {mended}. {told['hint']}\n" if mended else "Every table is as the facts make it.\n")
    return 0


def backup(settings: config.Settings, file: Path) -> int:
    """A copy of everything that SQLite's desk is; Postgres has its own."""
    from events.backup import BackupFailed
    from events.backup import backup as copied
    from web.folder import SECRET

    if settings.database_url:
        host = hosting.platform(os.environ)
        own = "`heroku pg:backups:capture`" if host == "heroku" else '`pg_dump -Fc "$DATABASE_URL" > desk.dump`'
        return refuse(f"This desk's data is in Postgres, which copies itself: {own}. Keep SECRET_KEY with it.")
    key, beside = settings.data_dir / SECRET, file.with_name(f"{file.name}.secret.key")
    try:
        size = copied(settings.data_dir / "desk.db", file)
        if key.exists() and not settings.secret_key:
            beside.touch(0o600)
            beside.write_bytes(key.read_bytes())
    except (BackupFailed, OSError) as error:
        return refuse(str(error))
    kept = f"and {beside} " if beside.exists() else "(keep SECRET_KEY with it) "
    sys.stdout.write(f"{file} {kept}hold the desk as it was now: {size / 1e6:,.1f} MB.\n")
    return 0


COMMANDS = {"token": make_token, "login-link": make_link, "backfill": backfill, "rebuild": rebuild}


def command(settings: config.Settings, asked: argparse.Namespace) -> int:
    """Do a command: through the running server, else in the folder that nobody holds."""
    from web import commands, folder, logs

    logs.install("error", "text", config.secrets_of(settings))
    if asked.command == "backup":  # only reads, so it need not ask the server
        return backup(settings, asked.file)
    if settings.role != "all":  # the database is shared, so nobody's server need be asked
        return in_database(settings, asked)
    try:
        held = folder.Folder(settings.data_dir, hosting.unwritable(os.environ))
    except folder.FolderError:
        if folder.owner(settings.data_dir) is None:
            raise
        ask = commands.through_server(settings.data_dir, known_secret_key(settings))
        return COMMANDS[asked.command](ask, asked)
    try:
        return in_database(settings, asked)
    finally:
        held.release()


def in_database(settings: config.Settings, asked: argparse.Namespace) -> int:
    from web import commands

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    plain = values(settings, port=settings.port, secret_key=known_secret_key(settings))
    with commands.in_folder(plain, runtime.make(settings.async_mode)) as ask:
        return COMMANDS[asked.command](ask, asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
