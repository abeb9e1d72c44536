"""Which time zones a stamp may have been written in, given where its symbol trades."""

from __future__ import annotations

from functools import lru_cache

from signals.alert.symbols import FUTURE
from signals.alert.times import zone_known

_BY_EXCHANGE = {
    "America/Chicago": "CME CME_MINI CBOT CBOT_MINI NYMEX NYMEX_MINI COMEX COMEX_MINI CBOE CFE GLOBEX",
    "America/New_York": "NASDAQ NYSE AMEX ARCA BATS OTC ICEUS",
    "Europe/London": "LSE LSIN ICEEUR ICEEU",
    "Europe/Berlin": "XETR FWB EUREX GETTEX TRADEGATE EURONEXT MIL BME SIX",
    "Asia/Tokyo": "TSE OSE TFX",
    "Asia/Hong_Kong": "HKEX HSI",
    "Asia/Kolkata": "NSE BSE MCX NFO CDS",
    "Asia/Shanghai": "SSE SZSE",
    "Asia/Singapore": "SGX",
    "Asia/Seoul": "KRX",
    "Australia/Sydney": "ASX ASX24",
    "America/Toronto": "TSX TSXV",
    "America/Sao_Paulo": "BMFBOVESPA",
}
_ZONE_OF = {exchange: zone for zone, names in _BY_EXCHANGE.items() for exchange in names.split()}


@lru_cache(maxsize=1024)
def zones_for(timezone: str | None, exchange: str | None, symbol: str | None) -> tuple[tuple[str, str], ...]:
    """(words, IANA name) in the order in which they are tried: declared, UTC, New York, the exchange's."""
    zones = [("UTC", "UTC"), ("New York", "America/New_York")]
    own = _ZONE_OF.get(exchange or "")
    if own is None and symbol and FUTURE.match(symbol):
        own = "America/Chicago"  # futures without an exchange's name are nearly always the CME's
    if own and own != "America/New_York":
        zones.append((own.split("/")[1].replace("_", " "), own))
    if zone_known(timezone):
        zones.insert(0, (f"source ({timezone})", str(timezone)))
    return tuple(zones)
