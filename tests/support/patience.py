"""How long tests wait for what must come, and what their servers may take their time for.

A wait that succeeds costs nothing however long it might have been, and a machine with other work stands still for
seconds now and then. So a deadline sits near the failure that it tells apart, not near the usual figure: figures are
the long forms' (`-m chaos`) and the benchmarks'.
"""

import config

# Seconds after which whoever waits for something that must come gives up.
PATIENCE = 60.0

_SHIPPED = config.Settings()
# As the desk ships: for tests whose subject these are.
AS_SHIPPED = {"ANSWER_SECONDS": str(_SHIPPED.answer_seconds), "SCORE_SECONDS": str(_SHIPPED.score_seconds)}
# For all others: a disk or a processor that is busy for two seconds is no reason for a 503, nor for a signal unscored.
PATIENT = {"ANSWER_SECONDS": "30", "SCORE_SECONDS": "30"}
