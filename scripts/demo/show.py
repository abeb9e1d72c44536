"""What happens in the demo, bar by bar: prices, alerts, the odd mistake, and a source that falls silent."""

import random
from collections import Counter

from broadcaster import Broadcaster, DataPublisher
from scripts.demo.desk import Desk
from scripts.demo.market import markets
from scripts.demo.strategies import Strategy, now

BEAT, PRICES = "demo-heartbeat", "DEMO Prices"
# Bars for which the heartbeat speaks, and is silent, in turn.
SPEAKS, SILENT = 60, 60
MISTAKE, TWICE, ACTIVITY = 0.04, 0.05, 0.25
MISTAKES = ('{"symbol": "MNQ1!", "side": "buy", "price": ', '{"side": "buy", "action": "sell", "symbol": "AAPL"}', "{}")
UNKNOWN = '{"what": {"it": "AAPL"}, "wohin": "kaufen", "jetzt": %s}'
ACTIVITIES = (
    ("scan", "DEMO Scanner", "INFO", "Scanned {n} symbols, {m} candidates"),
    ("strategy", "DEMO Momentum", "INFO", "Bias of {symbol} is now {side}"),
    ("order", "DEMO Router", "INFO", "{side} {m} {symbol} (simulated)"),
    ("profit", "DEMO Profit Taker", "INFO", "Took +{m} R on {symbol} (simulated)"),
    ("rebalance", "DEMO Rebalancer", "INFO", "Moved {m}% into {symbol} (simulated)"),
    ("info", "DEMO Scheduler", "DEBUG", "Next cycle in {m} minutes"),
    ("warning", "DEMO Risk Watch", "WARNING", "Daily loss at {n}% of its limit (simulated)"),
    ("error", "DEMO Data Feed", "ERROR", "No quotes of {symbol} for {n} s (simulated)"),
)


def sources(bar_seconds: float) -> dict[str, dict[str, object]]:
    """The sources and their settings; the heartbeat's cadence is known, so its silence is soon told."""
    beat = {"expected_every_s": max(2.0, 12 * bar_seconds), "symbol": "BTCUSD", "interval": "1"}
    return {"demo-breakout": {}, "demo-swing": {}, "demo-lines": {}, BEAT: beat}


class Show:
    """One demo on a running desk. `seed` decides prices and chances."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self._desk, self._chance = desk, random.Random(seed)
        self._markets = markets()
        names = [name for name in desk.webhooks if name != BEAT]
        self._strategies = [
            Strategy(names[n % len(names)], market, self._chance) for n, market in enumerate(self._markets)
        ]
        speakers = {source for _, source, _, _ in ACTIVITIES} | {PRICES}
        self._speakers = {name: Broadcaster(name, url=desk.url, token=desk.token) for name in sorted(speakers)}
        self._prices = DataPublisher(broadcaster=self._speakers[PRICES])
        self._bars = 0
        self.answers: Counter[int] = Counter()

    def bar(self) -> None:
        """One bar of every market, with all that it brings."""
        chance, self._bars = self._chance, self._bars + 1
        for market in self._markets:
            market.step(chance)
            self._prices.publish_price(market.symbol, market.price, change_24h=round(market.change, 5))
        for strategy in self._strategies:
            for alert in strategy.bar():
                self._post(strategy.source, alert)
                if chance.random() < TWICE:
                    self._post(strategy.source, alert)  # as after an answer that came too late: a duplicate
        if self._bars % (SPEAKS + SILENT) < SPEAKS and self._bars % 5 == 0:
            self._post(BEAT, f'{{"event": "heartbeat", "symbol": "BTCUSD", "interval": "1", "timenow": "{now()}"}}')
        if chance.random() < MISTAKE:
            self._post("demo-lines", chance.choice((*MISTAKES, UNKNOWN % self._markets[4].price)))
        if chance.random() < ACTIVITY:
            self._say()

    def close(self) -> None:
        """Everything that waits is sent first, for two seconds at most."""
        for speaker in self._speakers.values():
            speaker.close(2.0)

    def _post(self, source: str, body: str) -> None:
        self.answers[self._desk.post(source, body)] += 1

    def _say(self) -> None:
        chance = self._chance
        kind, source, level, words = chance.choice(ACTIVITIES)
        symbol, side = chance.choice(self._markets).symbol, chance.choice(("BUY", "SELL"))
        said = words.format(n=chance.randint(30, 120), m=chance.randint(1, 9), symbol=symbol, side=side)
        self._speakers[source].broadcast_event(kind, said, level, ticker=symbol)
