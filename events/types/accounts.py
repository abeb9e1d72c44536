"""What happens in accounts: fills, positions and balances, each with the account's name."""

from typing import Literal

from pydantic import ConfigDict, Field

from events.types.base import Data

Kind = Literal["external"]


class Told(Data):
    """Base of reports: known fields are checked, whatever else the reporter knows is kept."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True, protected_namespaces=())

    account: str = Field(min_length=1, max_length=40)
    at: str | None = None


class TradeExecuted(Told):
    """A fill. `quantity` in the instrument's units, above 0; `price` its own; `fees` in the account's currency."""

    symbol: str = Field(min_length=1, max_length=64)
    side: Literal["buy", "sell"]
    quantity: float = Field(gt=0)
    price: float
    fees: float | None = None
    slippage: float | None = None
    order_id: str | None = None
    trade_id: str | None = None


class PositionUpdate(Told):
    """A position as it is now; `flat` ends it. P&L in the account's currency."""

    symbol: str = Field(min_length=1, max_length=64)
    position: Literal["long", "short", "flat"]
    quantity: float = Field(default=0.0, ge=0)
    entry_price: float | None = None
    price: float | None = None
    stop: float | None = None
    target: float | None = None
    unrealised: float | None = None
    realised: float | None = None


class AccountUpdate(Told):
    """An account's balances, in its currency. `kind` and `currency` are the desk's to say."""

    kind: Kind = "external"
    currency: str | None = Field(default=None, min_length=3, max_length=8)
    cash: float | None = None
    equity: float | None = None
    drawdown: float | None = None
    open_risk: float | None = None
