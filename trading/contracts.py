"""The futures contracts we know, because a wrong point value sizes a position wrong by its factor.

Source of each row: the exchange's contract specification (CME Group, Eurex, ICE, Cboe), as listed in November 2026.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Calendar = Literal["cme", "us_equity", "crypto", "fx", "always"]


@dataclass(frozen=True, slots=True)
class Contract:
    """One futures root: tick in price units, point value in money per 1.0 of price, default stop in price units."""

    root: str
    tick_size: Decimal
    point_value: Decimal
    default_stop: Decimal
    currency: str = "USD"
    calendar: Calendar = "cme"


# root, tick size, money per point, default stop in points (about half a day's usual noise, not advice).
# ZN and its family: the tick is a fraction of 1/32, written out as a decimal.
_CME_GROUP = """
ES    0.25        50        20
MES   0.25        5         20
NQ    0.25        20        90
MNQ   0.25        2         90
YM    1           5         180
MYM   1           0.5       180
RTY   0.1         50        12
M2K   0.1         5         12
EMD   0.1         100       15
NKD   5           5         250
CL    0.01        1000      0.60
MCL   0.01        100       0.60
QM    0.025       500       0.60
NG    0.001       10000     0.06
MNG   0.001       1000      0.06
QG    0.005       2500      0.06
RB    0.0001      42000     0.02
HO    0.0001      42000     0.025
BZ    0.01        1000      0.60
GC    0.1         100       15
MGC   0.1         10        15
QO    0.25        50        15
1OZ   0.25        1         15
SI    0.005       5000      0.30
SIL   0.005       1000      0.30
QI    0.0125      2500      0.30
HG    0.0005      25000     0.04
MHG   0.0005      2500      0.04
PL    0.1         50        12
PA    0.5         100       15
ZN    0.015625    1000      0.25
TN    0.015625    1000      0.3125
ZB    0.03125     1000      0.5
UB    0.03125     1000      0.625
ZF    0.0078125   1000      0.15625
ZT    0.00390625  2000      0.0625
ZQ    0.0025      4167      0.02
SR3   0.0025      2500      0.03
6E    0.00005     125000    0.0030
M6E   0.0001      12500     0.0030
E7    0.0001      62500     0.0030
6B    0.0001      62500     0.0040
M6B   0.0001      6250      0.0040
6J    0.0000005   12500000  0.000025
MJY   0.000001    1250000   0.000025
J7    0.000001    6250000   0.000025
6A    0.00005     100000    0.0025
M6A   0.0001      10000     0.0025
6C    0.00005     100000    0.0020
MCD   0.0001      10000     0.0020
6S    0.00005     125000    0.0035
MSF   0.0001      12500     0.0035
6N    0.00005     100000    0.0025
6M    0.00001     500000    0.0003
BTC   5           5         800
MBT   5           0.1       800
BFF   5           0.02      800
ETH   0.5         50        40
MET   0.5         0.1       40
"""

# Grains and livestock pause in the middle of the night and by day, which the "cme" calendar does not know: "always" is
# the cautious choice, since a gap threshold then learns the pause as part of the source's own rhythm.
_AROUND_THE_CLOCK = """
ZC    0.25        50        6       USD
ZW    0.25        50        8       USD
ZS    0.25        50        12      USD
ZL    0.01        600       0.5     USD
ZM    0.1         100       4       USD
LE    0.025       400       1.5     USD
HE    0.025       400       1.2     USD
GF    0.025       500       2       USD
VX    0.05        1000      0.5     USD
VXM   0.01        100       0.5     USD
DX    0.005       1000      0.4     USD
FDAX  1           25        100     EUR
FDXM  1           5         100     EUR
FDXS  1           1         100     EUR
FESX  1           10        25      EUR
FGBL  0.01        1000      0.4     EUR
"""


def _read() -> dict[str, Contract]:
    contracts: dict[str, Contract] = {}
    for line in _CME_GROUP.strip().splitlines():
        root, tick, point, stop = line.split()
        contracts[root] = Contract(root, Decimal(tick), Decimal(point), Decimal(stop))
    for line in _AROUND_THE_CLOCK.strip().splitlines():
        root, tick, point, stop, currency = line.split()
        contracts[root] = Contract(root, Decimal(tick), Decimal(point), Decimal(stop), currency, "always")
    return contracts


CONTRACTS: dict[str, Contract] = _read()
