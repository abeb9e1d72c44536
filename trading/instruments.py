"""Turns a symbol as TradingView writes it into what a size needs: tick, point value, lot, currency and market hours.

Ticks and lots round our own orders and stops. The price of an alert is stored as it came, never rounded.
"""

import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Literal

from trading.contracts import CONTRACTS, Calendar, Contract
from trading.markets import (
    COINS,
    CRYPTO_EXCHANGES,
    FUTURES_EXCHANGES,
    METAL_TICKS,
    MONEY,
    NOT_SHARES,
    SHARE_EXCHANGES,
    STABLE,
)

Kind = Literal["future", "share", "option", "crypto", "forex", "spread", "unknown"]

_CENT = Decimal("0.01")
_DELAYED = re.compile(r"_(DL|DLY)$")
_FUTURE = re.compile(r"^([A-Z0-9]{1,4}?)(?:[1-9]!|[FGHJKMNQUVXZ](?:\d{4}|\d{2}|\d))$")
_CONTINUOUS = re.compile(r"^[A-Z0-9_&]+[1-9]!$")
_PERPETUAL = re.compile(r"(?:\.P|[-_.]?PERP|[-_]SWAP|\.PS)$")
_PAIR = re.compile(r"^([A-Z0-9]{2,15})[/\-_]([A-Z]{3,5})$")
_OPTION = re.compile(r"^([A-Z]{1,6})\s?\d{6}[CP]\d+(?:\.\d+)?$")
_SHARE = re.compile(r"^[A-Z]{1,5}(?:[./][A-Z]{1,2})?$")
_SPREAD = re.compile(r"[+*^()/]|[A-Z0-9!.]-[A-Z0-9]|^\d+(\.\d+)?[/*]")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a symbol means. Tick and stop in price units, `point_value` in `currency` per 1.0 of price per lot of 1.

    `known` is False for a stated default (tick 0.01, $1 a point, whole lots, open always): show `instrument_unknown`.
    An unknown future has no usable point value at all: never size one.
    `default_stop` is None where half a percent of the price serves better than a fixed number of points.
    """

    symbol: str
    root: str
    exchange: str | None
    kind: Kind
    tick_size: Decimal
    point_value: Decimal
    lot: Decimal
    currency: str
    calendar: Calendar
    known: bool
    default_stop: Decimal | None = None

    def tick_at(self, price: Decimal | float) -> Decimal:
        """The tick at this price. A coin's follows its magnitude (six digits); a share's is 0.0001 below one dollar."""
        price = abs(Decimal(str(price)))
        if self.kind == "crypto" and price > 0:
            return Decimal(1).scaleb(price.adjusted() - 5)
        if self.kind == "share" and 0 < price < 1:
            return Decimal("0.0001")  # Regulation NMS, rule 612
        return self.tick_size

    def tick_value(self, price: Decimal | float) -> Decimal:
        """Money per tick at this price, in `currency`: 5 for NQ, 0.50 for MNQ."""
        return self.tick_at(price) * self.point_value

    def stop_distance(self, price: Decimal | float) -> Decimal:
        """The default stop's distance at this price, rounded outward to the tick; at least one tick."""
        price = abs(Decimal(str(price)))
        tick = self.tick_at(price)
        wanted = self.default_stop if self.default_stop is not None else price * Decimal("0.005")
        return max(tick, (wanted / tick).to_integral_value(ROUND_CEILING) * tick)


def instrument(symbol: str, exchange: str | None = None) -> Instrument:
    """The instrument behind a TradingView symbol, with or without `EXCHANGE:`. Never raises; see `Instrument.known`."""
    return _look_up(symbol, exchange)


def round_price(
    found: Instrument, price: Decimal | float, how: Literal["nearest", "up", "down"] = "nearest"
) -> Decimal:
    """A price of our own making (a stop, a limit) on the tick grid. Not for an alert's price: that is kept as sent."""
    price = Decimal(str(price))
    tick = found.tick_at(price)
    rounding = {"nearest": ROUND_HALF_EVEN, "up": ROUND_CEILING, "down": ROUND_FLOOR}[how]
    return (price / tick).to_integral_value(rounding) * tick


def round_quantity(found: Instrument, quantity: Decimal | float) -> Decimal:
    """A quantity rounded down to the lot, never up: 1.9 contracts are 1. Negative or not a number raises ValueError."""
    quantity = Decimal(str(quantity))
    if not quantity.is_finite() or quantity < 0:
        raise ValueError(f"a quantity is a finite number of at least 0, not {quantity}")
    return (quantity / found.lot).to_integral_value(ROUND_FLOOR) * found.lot


@lru_cache(maxsize=4096)
def _look_up(symbol: str, exchange: str | None) -> Instrument:
    name = symbol.strip().upper()
    prefixed = re.match(r"^([A-Z0-9_]+):(.+)$", name)
    if prefixed and ":" not in prefixed[2]:
        exchange, name = prefixed[1], prefixed[2].strip()
    market = _DELAYED.sub("", exchange.strip().upper()) if exchange else None
    found = _recognise(name, market)
    return replace(found, symbol=name, root=found.root or name, exchange=market)


def _recognise(name: str, market: str | None) -> Instrument:
    future = _FUTURE.match(name)
    if future and (contract := CONTRACTS.get(future[1])):
        return _future(contract)
    if market in FUTURES_EXCHANGES:
        return _future(CONTRACTS[name]) if name in CONTRACTS else _default("future")
    if _CONTINUOUS.match(name):
        return _default("future")
    if _OPTION.match(name):
        return _make("option", name, _CENT, Decimal(100), Decimal(1), "USD", "us_equity")
    if market not in SHARE_EXCHANGES and (pair := _pair(name, market)):
        return pair
    if ":" in name or (_SPREAD.search(name) and not (market in SHARE_EXCHANGES and _SHARE.match(name))):
        return _default("spread")
    if market is None and name in CONTRACTS and name not in COINS:
        return _future(CONTRACTS[name])  # "BUY NQ" means the future; a size for it errs small for a share of that name
    if market is None and name in COINS:
        return _crypto(name, "USD")
    if _SHARE.match(name) and (market in SHARE_EXCHANGES or (market is None and name not in NOT_SHARES)):
        return _make("share", name, _CENT, Decimal(1), Decimal(1), "USD", "us_equity")
    return _default("unknown")


def _pair(name: str, market: str | None) -> Instrument | None:
    bare = _PERPETUAL.sub("", name)
    if bare != name and bare in COINS:
        return _crypto(bare, "USD")  # "BTC-PERP"
    split = _PAIR.match(bare)
    if split and (split[2] in MONEY or split[2] in STABLE or split[2] in COINS):
        return _of_pair(split[1], split[2], market)
    if not re.fullmatch(r"[A-Z0-9]{5,20}", bare):
        return None
    splits = [(bare.removesuffix(quote), quote) for quote in sorted(STABLE | MONEY | COINS) if bare.endswith(quote)]
    # XBTUSD is XBT in USD, not XB in TUSD: a base that we know wins.
    splits.sort(key=lambda split: split[0] not in COINS | MONEY)
    return next((found for base, quote in splits if len(base) >= 2 and (found := _of_pair(base, quote, market))), None)


def _of_pair(base: str, quote: str, market: str | None) -> Instrument | None:
    if base in MONEY and quote in MONEY:
        # A pip's tenth, as brokers quote; in micro lots of 1,000 units of the base currency.
        tick = Decimal("0.001") if quote in ("JPY", "HUF", "KRW") else Decimal("0.00001")
        return _make("forex", base + quote, tick, Decimal(1), Decimal(1000), quote, "fx")
    if base in METAL_TICKS and quote in MONEY:
        return _make("forex", base + quote, METAL_TICKS[base], Decimal(1), Decimal(1), quote, "fx")
    if quote in STABLE or market in CRYPTO_EXCHANGES or base in COINS:
        return _crypto(base, quote)
    # Six letters that end in a currency are a pair that we do not list: no share has six letters, brokers' CFDs may.
    if market is None and len(base + quote) >= 6 and base.isalpha() and quote in ("USD", "EUR"):
        return _crypto(base, quote)
    return None


def _crypto(base: str, quote: str) -> Instrument:
    return _make("crypto", base + quote, _CENT, Decimal(1), Decimal("0.00001"), quote, "crypto")


def _future(contract: Contract) -> Instrument:
    return Instrument(
        symbol=contract.root,
        root=contract.root,
        exchange=None,
        kind="future",
        tick_size=contract.tick_size,
        point_value=contract.point_value,
        lot=Decimal(1),
        currency=contract.currency,
        calendar=contract.calendar,
        known=True,
        default_stop=contract.default_stop,
    )


def _make(
    kind: Kind, root: str, tick: Decimal, point: Decimal, lot: Decimal, currency: str, calendar: Calendar
) -> Instrument:
    return Instrument(root, root, None, kind, tick, point, lot, currency, calendar, known=True)


def _default(kind: Kind) -> Instrument:
    return Instrument("", "", None, kind, _CENT, Decimal(1), Decimal(1), "USD", "always", known=False)
