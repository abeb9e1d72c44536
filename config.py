"""The settings, so that nothing else ever reads the environment: one frozen object, read by the roof alone.

A value comes from the environment, else from `config.yaml`, else from the platform (Heroku, Railway), else it is the
default. Bad values raise `BadSettings`, which says for each what to write instead.
"""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

import hosting

# REDIS_TLS_URL, which Heroku sets beside REDIS_URL, is 0.82 from it.
CLOSE = 0.85
TRADINGVIEW_ADDRESSES = ("52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7")


# What pydantic's error types mean to somebody who edits a settings file.
WANTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "yes or no",
    "bool_type": "yes or no",
    "string_type": "text (in quotes)",
    "path_type": "a path (in quotes)",
}


class BadSettings(Exception):
    """The settings can't be used; each line names one setting, what is wrong and the remedy."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def setting(default: Any, unit: str, says: str, *, secret: bool = False, **limits: Any) -> Any:
    """A setting's default, unit and one line for people; a secret is never printed."""
    return Field(
        default, description=says, repr=not secret, json_schema_extra={"unit": unit, "secret": secret}, **limits
    )


def words(value: Any) -> Any:
    """Comma-separated text as a tuple of words."""
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(words)]


class Settings(BaseSettings):
    """Every setting; field names are the environment's names in lower case."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, validate_default=True)

    # Where it runs
    port: int = setting(5000, "port", "The port to listen on; 0 takes any free one.", ge=0, le=65535)
    host: str = setting("127.0.0.1", "address", "The address to listen on; 0.0.0.0 for every network.")
    data_dir: Path = setting(Path("data"), "folder", "Where the database, the models and the lock live.")
    database_url: str = setting("", "URL", "Postgres instead of SQLite under DATA_DIR (`postgres://…`).", secret=True)
    database_wait_seconds: float = setting(
        30.0, "seconds", "How long a start waits for a Postgres that is away; 600 on hosted platforms.", ge=0
    )
    redis_url: str = setting(
        "", "URL", "Redis, which wakes the other processes of a desk; empty: Postgres does.", secret=True
    )
    redis_tls_verify: bool = setting(True, "yes/no", "Whether the certificate of a `rediss://` address is checked.")
    role: Literal["all", "web", "worker"] = setting(
        "all", "name", "What this process does: `web` serves, `worker` follows the journal, `all` does both."
    )
    async_mode: Literal["eventlet", "gevent"] = setting("eventlet", "name", "The engine: `eventlet` or `gevent`.")
    config_file: Path = setting(Path("config.yaml"), "file", "The file that settings are read from (environment only).")
    demo: bool = setting(False, "yes/no", "Every page and the snapshot say DEMO; `make demo` sets it.")
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "name", "The least level that is logged.")
    log_format: Literal["text", "json"] = setting("text", "name", "Log lines for people (`text`) or machines (`json`).")

    # Who may come in
    secret_key: str = setting("", "text", "Derives webhook tokens and signs; empty: made once and kept.", secret=True)
    webhook_token: str = setting("", "text", "The default source's webhook token; empty: derived.", secret=True)
    api_token: str = setting("", "text", "An admin token for scripts; empty: none.", secret=True)
    dashboard_password: str = setting("", "text", "The dashboard's password; empty: login links alone.", secret=True)
    public_url: str = setting("", "URL", "Where people reach the desk, such as `https://desk.example.org`.")
    trusted_proxies: int = setting(0, "proxies", "How many proxies stand in front and are believed.", ge=0, le=10)
    allowed_origins: Words = setting((), "URLs", "Other web origins that may connect, comma-separated.")
    webhook_allowed_ips: Words = setting(
        (), "addresses", "If set, only these addresses or networks may post alerts; `tradingview` means its four."
    )
    session_seconds: float = setting(30 * 86400.0, "seconds", "How long a login lasts.", gt=0)
    session_check_seconds: float = setting(0.5, "seconds", "How often ended logins are looked for.", gt=0, le=60)
    login_link_seconds: float = setting(900.0, "seconds", "How long a one-time login link works.", gt=0)
    login_attempts: int = setting(10, "attempts", "Wrong passwords in a row before the door slows down.", ge=1)
    login_refill_seconds: float = setting(1.0, "seconds", "How long a slowed door takes for one more try.", gt=0)
    metrics_open: bool = setting(True, "yes/no", "Whether `/metrics` needs no token; `no` on hosted platforms.")
    components_page: bool = setting(
        False, "yes/no", "Whether `/_components` shows every component of the pages; for developers."
    )

    # Bounds
    max_request_bytes: int = setting(
        1 << 20, "bytes", "The largest request body; an alert's is 64 KiB, an export's UPLOAD_BYTES.", ge=1024
    )
    upload_bytes: int = setting(16 << 20, "bytes", "The largest alert-log export that may be dropped.", ge=1024)
    max_sockets: int = setting(8192, "sockets", "Open connections at most; beyond them the answer is 503.", ge=16)
    header_seconds: float = setting(
        10.0, "seconds", "How long a client may take to send its request; a long body: each 64 KiB.", gt=0
    )
    answer_seconds: float = setting(
        2.0, "seconds", "How long an alert or change waits to be stored before a 503.", gt=0
    )
    shutdown_seconds: float = setting(7.0, "seconds", "How long a stop may take.", gt=0, le=60)

    # The journal and its followers
    duplicate_seconds: float = setting(30.0, "seconds", "The same alert within this time is a duplicate.", gt=0)
    ring_facts: int = setting(2000, "facts", "The newest facts kept in memory; fewer where they are over 8 KiB.", ge=1)
    journal_poll_seconds: float = setting(0.25, "seconds", "How often others' commits are looked for.", gt=0)
    follower_batch: int = setting(64, "facts", "Facts a follower handles in one commit at most.", ge=1)
    follower_retry_seconds: float = setting(0.5, "seconds", "The first wait before a failed step is tried again.", gt=0)
    follower_attempts: int = setting(5, "attempts", "Tries before a fact is set aside as a dead letter.", ge=1)

    # Several processes
    lease_seconds: float = setting(6.0, "seconds", "How long a silent worker's lease lasts.", ge=0.2, le=600)
    lease_renew_seconds: float = setting(2.0, "seconds", "How often the worker renews its lease.", gt=0)
    wakeup_gap_seconds: float = setting(
        0.01,
        "seconds",
        "How long commits and updates wait for one wake-up together. The first commit does not; by Postgres, none.",
        ge=0,
        le=1,
    )

    retention_days: float | None = setting(
        None, "days", "Older facts are archived under DATA_DIR/archive and deleted; unset: all are kept.", ge=1
    )
    retention_check_seconds: float = setting(3600.0, "seconds", "How often facts to archive are looked for.", gt=0)

    # The model
    model_path: str = setting("", "file or folder", "Your own model as champion; needs MODEL_SHA256.")
    model_sha256: str = setting("", "hex", "The SHA-256 that its model.joblib must have; it is never opened otherwise.")
    training_seconds: float = setting(120.0, "seconds", "How long the starter model may train.", gt=0)
    score_seconds: float = setting(0.5, "seconds", "How long a score may take.", gt=0)
    breaker_failures: int = setting(3, "failures", "Failed scores in a row before scoring pauses.", ge=1)
    breaker_seconds: float = setting(30.0, "seconds", "How long scoring pauses before one try.", gt=0)

    # Sizing
    account_equity: float | None = setting(
        None, "account currency", "The account's equity; else 50,000, assumed.", gt=0
    )
    account_currency: str = setting(
        "USD", "ISO 4217", "The account's money; what is priced in another is skipped unless its own price converts it."
    )
    risk_per_trade: float = setting(0.005, "fraction of equity", "What one trade may lose at its stop.", gt=0, le=0.1)
    max_daily_loss: float = setting(
        0.02, "fraction of equity", "Shown only, nothing is refused because of it: what a day may lose.", gt=0, le=1
    )
    max_signal_age: float = setting(300.0, "seconds", "Entries older than this are skipped as stale.", gt=0)
    full_edge: float = setting(0.05, "probability", "The edge from which a trade has its full size.", ge=0, le=1)
    min_confidence: float | None = setting(
        None, "probability", "Skip below this probability; off unless set.", ge=0, le=1
    )
    full_confidence: float | None = setting(
        None, "probability", "Full size only from this probability on; off unless set.", ge=0, le=1
    )
    unscored_policy: float = setting(
        0.0, "fraction of size", "The size of a signal that a promoted model could not score.", ge=0, le=1
    )
    kelly_fraction: float = setting(
        0.0, "fraction of Kelly", "Caps the size by this part of Kelly's; 0 is off.", ge=0, le=0.25
    )
    volatility_target: float | None = setting(
        None,
        "volatility a bar",
        "Caps the size so that a bar moves equity by this part, for alerts that bring `volatility`; off unless set.",
        gt=0,
    )
    atr_multiple: float = setting(2.0, "ATR", "How far a missing stop is set when the ATR is known.", gt=0)
    target_r: float = setting(2.0, "R", "How far a missing target is set.", gt=0)
    cost_ticks: float = setting(2.0, "ticks", "What entering and leaving cost together.", ge=0)

    # Silence
    gap_check_seconds: float = setting(2.0, "seconds", "How often silent sources are looked for.", gt=0)
    health_save_seconds: float = setting(60.0, "seconds", "How often the sources' figures are saved.", gt=0)

    # Live clients
    heartbeat_seconds: float = setting(30.0, "seconds", "How often each client gets a heartbeat at least.", gt=0)
    reconnect_seconds: float = setting(30.0, "seconds", "The longest a browser waits before it reconnects.", gt=0)
    ping_seconds: float = setting(25.0, "seconds", "How often a socket is pinged.", gt=0)
    ping_timeout_seconds: float = setting(20.0, "seconds", "How long a ping may stay unanswered.", gt=0)
    socket_auth_seconds: float = setting(10.0, "seconds", "How long a live connection may take to say who it is.", gt=0)
    client_queue_bytes: int = setting(1 << 20, "bytes", "What may wait for one client before it is dropped.", ge=1024)
    client_stall_seconds: float = setting(5.0, "seconds", "How long a client's full queue is suffered.", gt=0)
    client_behind_seconds: float = setting(60.0, "seconds", "How long a client may be over REPLAY_FACTS behind.", gt=0)
    replay_facts: int = setting(5000, "facts", "How far back a client resumes; further back it gets a snapshot.", ge=1)
    long_poll_seconds: float = setting(20.0, "seconds", "The longest that a long poll waits.", gt=0, le=25)
    passing_per_second: float = setting(10.0, "per second", "How often one passing figure is sent at most.", gt=0)
    messages_per_second: float = setting(20.0, "per second", "Messages one live client may send for long.", gt=0)
    publish_per_second: float = setting(1000.0, "per second", "Events one token may publish for long.", gt=0)
    publish_bytes_per_second: int = setting(2 << 20, "bytes per second", "Bytes one token may publish for long.", gt=0)
    clients_per_login: int = setting(6000, "clients", "Live clients of one login or token at most.", ge=1)
    clients_per_address: int = setting(6000, "clients", "Live clients from one address at most.", ge=1)
    playbacks: int = setting(4, "playbacks", "Playbacks of the past that run at once.", ge=1)
    playback_per_second: float = setting(1000.0, "per second", "Facts one playback sends at most.", gt=0)
    playback_idle_seconds: float = setting(900.0, "seconds", "How long a playback may stand still.", gt=0)
    publisher_active_seconds: float = setting(300.0, "seconds", "How long one report keeps a script active.", gt=0)
    system_health_seconds: float = setting(
        2.0, "seconds", "How often the server's own figures are sent; less often to over 320 clients.", gt=0
    )
    webhook_health_seconds: float = setting(1.0, "seconds", "How often the sources' figures are sent at most.", gt=0)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what `load` passes in (config.yaml, then the platform)."""
        return env_settings, init_settings

    @field_validator("public_url", "allowed_origins")
    @classmethod
    def _is_web_address(cls, value: Any) -> Any:
        plain = tuple(one.rstrip("/") for one in ((value,) if isinstance(value, str) else value))
        for one in plain:
            if one and not re.fullmatch(r"https?://[^/\s]+", one):
                raise ValueError("write it as https://desk.example.org, without a path")
        return plain[0] if isinstance(value, str) else plain

    @field_validator("webhook_token", "api_token")
    @classmethod
    def _fits_a_url(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._~-]*", value):
            raise ValueError("use letters, digits and . _ ~ - only, so that it fits a URL and a header")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str) -> str:
        if value and not re.match(r"(postgres|postgresql|postgresql\+psycopg)://", value):
            raise ValueError("write it as postgres://user:password@host:5432/name, or leave it empty for SQLite")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if value and not re.match(r"rediss?://[^/]", value):
            raise ValueError("write it as redis://:password@host:6379/0 (rediss:// with TLS), or leave it empty")
        return value

    @field_validator("webhook_allowed_ips")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        plain = [a for one in value for a in (TRADINGVIEW_ADDRESSES if one.lower() == "tradingview" else (one,))]
        for one in plain:
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one} is no address; write addresses, networks or `tradingview`") from None
        return tuple(plain)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.model_path and not re.fullmatch(r"[0-9a-fA-F]{64}", self.model_sha256):
            raise ValueError("MODEL_PATH needs MODEL_SHA256: the 64 hex digits that `sha256sum` prints for it")
        if self.role != "all" and not self.database_url:
            raise ValueError(f"ROLE={self.role} needs DATABASE_URL: several processes share a Postgres, not a file")
        if self.lease_renew_seconds > self.lease_seconds / 2:
            raise ValueError("LEASE_RENEW_SECONDS is over half of LEASE_SECONDS: one late renewal would lose the lease")
        if None not in (self.min_confidence, self.full_confidence) and self.min_confidence > self.full_confidence:  # type: ignore[operator]
            raise ValueError("MIN_CONFIDENCE is above FULL_CONFIDENCE: lower the one or raise the other")
        return self


def names() -> list[str]:
    """Every setting's name as users write it."""
    return [name.upper() for name in Settings.model_fields]


def secrets_of(settings: Settings) -> list[str]:
    """The values that must never be shown."""
    extras: dict[str, Any] = {name: field.json_schema_extra for name, field in Settings.model_fields.items()}
    return [value for name, extra in extras.items() if extra["secret"] and (value := getattr(settings, name))]


def _from_file(path: Path) -> dict[str, Any]:
    """The names and values in `config.yaml`; {} when there is no such file."""
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" (line {where.line + 1})" if where is not None else ""
        raise BadSettings([f"{path} can't be read{line}: write one `NAME: value` a line."]) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise BadSettings([f"{path} holds no settings: write one `NAME: value` a line."])
    unknown = [str(name) for name in content if str(name).lower() not in Settings.model_fields]
    if unknown:
        raise BadSettings([_unknown(name, path) for name in unknown])
    return {str(name).lower(): value for name, value in content.items() if value is not None}


def misspelt(environ: Mapping[str, str]) -> list[str]:
    """A line for each name in the environment that is none of ours and close to one; no value is looked at.

    Much else lives there, so it is a warning and not a refusal, and only for names that are very close.
    """
    near = {
        name: get_close_matches(name.upper(), names(), n=1, cutoff=CLOSE)
        for name in sorted(environ)
        if name.lower() not in Settings.model_fields
    }
    return [
        f"{name} in the environment is not a setting and changes nothing; did you mean {found[0]}?"
        for name, found in near.items()
        if found
    ]


def _unknown(name: str, path: Path) -> str:
    near = get_close_matches(name.upper(), names(), n=1, cutoff=0.5)
    meant = f"; did you mean {near[0]}?" if near else "; docs/configuration.md lists every setting."
    return f"{name} in {path} is not a setting{meant}"


def _complaint(error: Mapping[str, Any]) -> str:
    """One line for people from one of pydantic's errors; secret values are not shown."""
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if text.startswith(("greater", "less")):
        text = f"a number {text}"
    if not error["loc"]:
        return text
    name = str(error["loc"][0])
    field = Settings.model_fields[name]
    extra: Any = field.json_schema_extra
    shown = "" if extra["secret"] else f" is {str(error['input'])!r}, which can't be used"
    if error["type"] == "value_error":
        return f"{name.upper()}{shown}: {text}. {field.description}"
    wanted = WANTED.get(str(error["type"]), text)
    return f"{name.upper()}{shown}: give {wanted} (unit: {extra['unit']}). {field.description}"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises BadSettings; reads the environment and `config.yaml`, nothing else."""
    environ = os.environ if environ is None else environ
    path = Path(environ.get("CONFIG_FILE") or "config.yaml")
    if environ.get("CONFIG_FILE") and not path.exists():
        raise BadSettings([f"CONFIG_FILE names {path}, which is not there: correct it or leave it out."])
    try:
        settings = Settings(**hosting.told(environ) | _from_file(path))
    except ValidationError as error:
        raise BadSettings([_complaint(dict(one)) for one in error.errors()]) from None
    unfit = hosting.unfit(settings, environ)
    if unfit:
        raise BadSettings(unfit)
    return settings
