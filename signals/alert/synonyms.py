"""The names that senders use for one thing, squashed to letters and digits, most telling first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_NOT_A_LETTER = re.compile(r"[\W_]+")


def squash(name: str) -> str:
    """A field name without case, punctuation and white space: `stop-Loss`, `stop_loss` and `stopLoss` are one."""
    # The same few names come with every alert; long ones are not worth remembering.
    return _squashed(name) if len(name) <= 48 else _NOT_A_LETTER.sub("", name).lower()


@lru_cache(maxsize=2048)
def _squashed(name: str) -> str:
    return _NOT_A_LETTER.sub("", name).lower()


class Words(tuple[str, ...]):
    """A question to a body's fields: the names of what is sought, the most telling first, and all of them as a set.

    `aside`: also where they stand in a bar, another account or an earlier state. Made once: what a template answers is
    remembered under the question itself, not under its names.
    """

    all: frozenset[str]
    aside: bool
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __new__(cls, names: Iterable[str], *, aside: bool = False) -> Words:
        made = super().__new__(cls, names)
        made.all, made.aside = frozenset(made), aside
        return made


def words(text: str, *, aside: bool = False) -> Words:
    """The words of a text, in order: the readable way to write a long list of names."""
    return Words(text.split(), aside=aside)


SYMBOL = words("""
    symbol ticker sym pair coinpair instrument tvinstrument tradingpair tradingsymbol currencypair market asset
    coin contract product s tickerid tickersymbol symbolname instrumentid stock scrip security underlying
""")
EXCHANGE = words("exchange tvexchange exch market venue e exchangename")
PRICE = words("""
    price entryprice entry px strategyorderprice orderprice limitprice triggerprice signalprice currentprice
    lastprice last mark markprice closeprice fillprice executionprice openprice avgprice rate level close c fp p
    value
""")
CURRENT_PRICE = words("currentprice lastprice last markprice price px close c")
EXIT_PRICE = words("""
    exitprice closeprice fillprice price px currentprice strategyorderprice orderprice limitprice signalprice
    triggerprice close lastprice
""")
STOP = words("""
    stop stoploss sl stopprice slprice stoplossprice initialstop stoplosslevel slvalue stoplevel invalidation
    newsl newstop trailstop
""")
TARGETS = words("""
    target takeprofit tp tpprice takeprofitprice targetprice profittarget takeprofitlevel limitexit targets
    takeprofits tps newtp
""")
TARGET_NUMBERED = re.compile(r"(?:tp|target|takeprofit|t)(\d)r?(?:price|level)?\Z")
QUANTITY = words("""
    quantity qty contracts strategyordercontracts ordercontracts ordersize ordersizecontracts amount lots lot
    units shares size positionsize volumelots q
""")
INTERVAL = words("interval tf timeframe resolution period chartinterval bartimeframe barinterval candle")
TRADE_REF = words("""
    tradeid signalid positionid traderef setupid orderid strategyorderid dealid refid ref signalref groupid id
    uuid
""")
FIRING_TIME = words("timenow")
TIME = words(
    """
    eventtimestamp timestamp time datetime date ts bartime bardatetime candletime opentime signaltime entrytime
    eventtime createdat alerttime t
""",
    aside=True,
)
SIDE = words("""
    action side strategyorderaction orderaction orderside order signal cmd command operation transactiontype
    ordertype data b position direction dir tradedirection signaldirection tradeside signaltype trade type bias
    entrytype sentiment
""")
DIRECTION = frozenset(words("direction dir tradedirection signaldirection positionside bias sentiment"))
POSITION_AFTER = words("marketposition strategymarketposition currentposition newposition positionafter")
POSITION_BEFORE = words("""
    prevmarketposition strategyprevmarketposition previousposition previousmarketposition prevposition
    positionbefore
""")
SIZE_AFTER = words("""
    positionsizeafter marketpositionsize strategymarketpositionsize strategypositionsize positionsize
    newpositionsize
""")
SIZE_BEFORE = words("prevmarketpositionsize strategyprevmarketpositionsize prevpositionsize positionsizebefore")
EVENT = words("""
    event eventtype eventname event alerttype type signaltype messagetype msgtype action kind category alert
    signal status
""")
MFE = words("mfer bemfe currentmfe mfe nobemfe maxfavorableexcursion")
FINAL_MFE = words("finalmfer finalbemfe finalmfe finalnobemfe mfer bemfe mfe")
MAE = words("maer maefinal finalmaer bemae currentmae mae nobemae maxadverseexcursion")
OUTCOME_R = words("outcomer resultr realizedr realisedr pnlr rresult rmultiple finalr")
EXIT_REASON = words("exitreason completionreason closereason reason ordercomment comment")
MESSAGE_ID = words("alertid eventid messageid idempotencykey deliveryid uuid id")
TEST = words("test istest testalert dryrun")
BATCH = frozenset(
    words("""
    signals alerts updates orders events batch messages trades items data payload positions entries exits legs
""")
)
MESSAGE_TEXT = words("message text content msg alertmessage alert body description code")

#: Every name above that stands for one thing.
KNOWN: frozenset[str] = frozenset().union(
    *(SYMBOL, EXCHANGE, PRICE, STOP, TARGETS, QUANTITY, INTERVAL, TRADE_REF, TIME, FIRING_TIME, SIDE, EVENT),
    *(POSITION_AFTER, POSITION_BEFORE, SIZE_AFTER, SIZE_BEFORE, MFE, MAE, EXIT_REASON),
)
