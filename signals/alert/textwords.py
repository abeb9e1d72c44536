"""The words and shapes by which plain sentences are understood."""

from __future__ import annotations

import re

from signals.alert.synonyms import words


def _any_case(pattern: str) -> re.Pattern[str]:
    """A pattern written over several lines, for any case; a plain space in it must be escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


NUM = (
    r"(?:[-+\u2212]?[$€£¥₹]?\s?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d{1,3}(?:\.\d{3})+,\d+"
    r"|\d+(?:\.\d+)?(?:[eE][-+]\d{1,3})?|\.\d+))"
)
_UNIT = r"(?P<unit>\s?(?:%|x\b|R\b|pts|ticks|pips|minutes|min\b|am\b|pm\b|:\d)|[A-Za-z!/\-_])?"
NUMBER = re.compile(rf"(?<![\w.:/$!])({NUM}(?:[KkMm](?![A-Za-z]))?){_UNIT}", re.ASCII)

# "Bullish" alone is an opinion; it orders only as "bullish signal" or right before a price.
_ORDERED = r"(?=[ _-](?:entry|signal|alert|order|now)\b|[\s|,:;\-]*(?:\Z|[\d@$]))"
SIDE_WORD = _any_case(rf"""
    (?<![\w\-])
    (?P<sure>(?:enter(?:ed|ing)?|go(?:ing)?|open(?:ed|ing)?(?:[ ]a)?|new|strong)[ _-]
      |(?:signal|action|side|direction)\s?[:=]?\s?)?
    (?:(?P<buy>buy|long|bto|bought|bullish{_ORDERED})|(?P<sell>sell|short|sto|sold|bearish{_ORDERED}))
    (?:[ _-](?:entry|signal|alert|order|stop|limit|now|setup)\b)?
    (?![\w\-]|[ ](?:term|run|squeeze|interest|covering|liquidations?|wick|body|candles?|bars?|tail)\b)""")
CLOSE_PHRASE = _any_case(r"""
    (?<![\w\-])(?:
      (?:close|exit|flatten|cover|liquidate|closing|exiting)(?!\w|\s*(?:above|below|over|under|price|cross|is|was|[=><]))
      (?:[ _-]+(?:all|the|my|half|your|partial(?:ly)?|entry\(s\)|order|out|of|existing|current|open|[\d.]+%?)(?!\w))*
      (?:[ _-]+(?P<what>longs?|shorts?|buy|sell|positions?|trades?))?
    | (?P<flat>flat|stc|btc(?=[ ][a-z])|sell[ ]to[ ]close|buy[ ]to[ ]cover|buy[ ]to[ ]close|square[ ]off)(?!\w)
    | (?:long|short|buy|sell)[ _-](?:exit|close|closed|cover)(?!\w)
    )""")
PARTIAL = _any_case(
    r"(?<!\w)(?:half|partial(?:ly)?|scale[ ]out|[1-9]\d?%|(?:tp|target|take[ -]?profit)[ ]?[1-9])(?!\w)"
)
EXIT_EVENT = _any_case(r"""
    (?<!\w)(?:
      (?:sl|stop[ -]?loss|stop|tp[ ]?\d?|take[ -]?profit[ ]?\d?|target[ ]?\d?|profit[ ]target)
      (?:[ ]was|[ ]has[ ]been|[ ]is)?[ ](?:hit|reached|triggered|filled|taken)
    | stopped[ ]out|trade[ ]closed|position[ ]closed
    )(?!\w)""")
UPDATE_EVENT = _any_case(r"""
    (?<!\w)(?:
      (?:mfe|mae)[ ]?(?:update|[:=]|is|now|[-+]?\d)
    | (?:be|break[ -]?even)[ ](?:triggered|hit|moved|reached)
    | (?:stop|sl)(?:[ -]?loss)?[ ](?:moved|trailed|adjusted|to)
    | move[ ](?:stop|sl)|trailing[ ]stop[ ](?:moved|updated)|(?:trade|position)[ ]update
    )(?!\w)""")
SETUP = _any_case(
    r"(?<!\w)(?:setup|forming|watch(?:list|ing)?|heads[ -]?up|potential|possible|approaching|get[ ]ready|prepare)(?!\w)"
)
NEGATION = _any_case(r"(?<!\w)(?:no|not|never|don'?t|do[ ]not|avoid|without|ignore|skip|invalid)\s+(?:\w+\s+)?\Z")
HEARTBEAT = _any_case(r"\W{0,10}(?:heart[ _-]?beat|ping|keep[ _-]?alive|i[ ]am[ ]alive|still[ ]alive|alive)(?!\w)")
CROSSING = _any_case(r"""
    (?<!\w)(?:cross(?:ing|ed|es)?|greater[ ]than|less[ ]than|above|below|reached|moving|touch(?:ed|ing)?
      |entering|exiting|inside|outside|at|is|now|price)(?!\w)
    |@|=""")
INTERVAL = re.compile(
    r"""(?<![\w.,@$:])(
      (?:(?<=tf\ )|(?<=timeframe\ )|(?<=interval\ ))\d{1,4}[A-Za-z]{0,3}
    | \d{1,3}\s?(?:min(?:ute)?s?|m|h|hr|H|[Dd]|[Ww]|S|s|M)
    | [1-9]?[DW](?=\s*(?:[,:)\]]|\Z|chart|timeframe))
    )(?![\w.])""",
    re.VERBOSE,
)
TICKER_INTERVAL = re.compile(r"[A-Z0-9_.!:]{1,30}(?:,\s?| \()(\d{1,4}[SDWMmhH]?|[DWM])(?:\)|:|,?\s(?![\d@$]))")
LEVEL = re.compile(
    rf"""(?<![\w.])
    (?P<name>sl|stop[ -]?loss|stop|tp[ ]?\d?|take[ -]?profit[ ]?\d?|targets?[ ]?\d?|entry(?:[ ]price)?|price|close|last
      |mfe|mae|rsi|atr|adx|volume|vol|score|strength|confidence|rr|leverage|qty|quantity|size|contracts|lots)
    (?!\d)(?:\s?(?:[:=@]|at|is|of|was|to|now|moved)){{0,2}}\s{{0,3}}
    (?P<value>{NUM})(?![\w%!/:]|\.\d|\s+(?:hit|reached|filled|taken|triggered))(?:R\b)?""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)

#: Words in capitals that are no symbols, however much they look like one.
NOT_SYMBOLS = frozenset(
    words("""
    BUY SELL LONG SHORT CLOSE EXIT FLAT ENTER ENTRY OPEN SL TP TP1 TP2 TP3 TP4 T1 T2 T3 BE R RR PNL P L STOP LOSS
    TARGET TAKE PROFIT AT ON IN FOR TO OF THE A AN AND OR IS IT RSI MACD EMA SMA VWAP ATR ADX BOS CHOCH FVG OB MFE MAE
    HTF LTF SMC ICT MSS LIQ VOL VOLUME PRICE ALERT SIGNAL ORDER TRADE STRATEGY SETUP NEW NOW ALL POSITION POSITIONS HIT
    FILLED TEST HEARTBEAT PING CROSSING CROSS UP DOWN GREATER LESS THAN ABOVE BELOW MOVING UTC EST EDT CST PST GMT AM PM
    NY USD USDT NAN NA NULL NONE TRUE FALSE STRONG BULLISH BEARISH MARKET LIMIT OK HELLO HI YES NO NOT TF HIGH LOW DAILY
    WEEKLY BREAKOUT REVERSAL TREND MOMENTUM HALF OUT BAR CANDLE UPDATE CANCEL REVERSE COVER LOTS QTY CONTRACTS X V1 V2
    V3 ID VIA WITH FROM THIS MY YOUR WATCH READY GO TRIGGERED CONFIRMED RISK LEVERAGE SIZE TIME DATE SESSION LONDON ASIA
    DOWNTREND UPTREND STC BTO STO BOUGHT SOLD
    """)
)

_BEFORE = r"(?<![\w:/.])"
_VERB = r"(?:buy|sell|long|short|close|exit|flat|flatten|cover|enter|bto|stc|sto|bought|sold|bullish|bearish)"
_FILLER = r"(?i:long|short|position|signal|alert|entry|order|all|the|to|of|on|for|in|[-−]?\d+(?:\.\d+)?)"
_PLAIN = r"[A-Z][A-Z0-9]{0,9}(?:\.[A-Z]{1,3})?"
_QUOTE = r"(?:USDT|USDC|BUSD|USD|EUR|BTC|ETH|PERP|JPY|GBP|CHF|CAD|AUD|NZD|INR)"
_ROOT = r"(?:ES|MES|NQ|MNQ|YM|MYM|RTY|M2K|CL|MCL|GC|MGC|SI|NG|ZN|ZB|ZF|ZT|6E|6J|6B|HG|ZC|ZS|ZW)"
_AFTER = rf"(?i:{_VERB}|crossing|crossed|greater|less|moving|entering|exiting|inside|outside|stop|tp|take|sl|target)"

#: Most certain first; the first group is the symbol.
SYMBOL_SHAPES: tuple[re.Pattern[str], ...] = (
    # EXCHANGE:SYMBOL, also as a spread of several
    re.compile(
        r"(?<![\w:/])([A-Za-z][A-Za-z0-9_]{1,20}:[A-Z0-9][A-Z0-9._!&\-]{0,24}(?:[*/+\-][A-Z0-9.:_!]{1,24}){0,4}(?:\*\d+)?)"
    ),
    # continuous futures, then dated ones
    re.compile(rf"{_BEFORE}([A-Za-z0-9]{{1,6}}\d!)"),
    re.compile(rf"{_BEFORE}([A-Z]{{1,4}}[FGHJKMNQUVXZ]20\d\d|{_ROOT}[FGHJKMNQUVXZ]\d{{1,2}})(?!\w)"),
    # pairs
    re.compile(rf"{_BEFORE}([A-Z0-9]{{2,15}}{_QUOTE}(?:\.[A-Z]{{1,5}})?)(?!\w)"),
    re.compile(rf"{_BEFORE}([A-Z0-9]{{2,10}}[/\-]{_QUOTE}(?:-SWAP|\.P)?)(?!\w)"),
    # cashtags
    re.compile(r"(?<!\w)[$#]([A-Za-z][A-Za-z0-9.]{0,11})(?!\w)"),
    # a word in capitals after a verb, before a verb, or alone at the start
    re.compile(rf"(?<!\w)(?i:{_VERB}|on|for|ticker|symbol)[\s:,\-–|>]+(?:{_FILLER}[\s:,|]+){{0,3}}({_PLAIN})(?![\w!])"),
    re.compile(rf"(?<![\w.])({_PLAIN})[\s:,\-–|>(]+(?:\d{{1,4}}[A-Za-z]{{0,3}}[\s:,\-–|>)]+)?{_AFTER}(?!\w)"),
    re.compile(
        rf"\A\W{{0,10}}(?i:{_VERB})\s+(?:\d+(?:\.\d+)?\s+)?([a-z][a-z0-9]{{0,9}}\d!?|[a-z]{{2,6}})(?=\s*(?:@|at\b|\d|\Z))"
    ),
    re.compile(r"\A\W{0,10}([A-Z]{2,5})(?=\s+[a-z])"),
    re.compile(rf"\A\W{{0,10}}({_PLAIN})(?=,|\s*\Z|\s+[$@]?\d|\s*[:=])"),
)
