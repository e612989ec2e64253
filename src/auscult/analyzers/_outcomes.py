"""Packs of outcomes, compiled: phrases for requests made, met, refused and dropped, by speaker."""

from auscult.analyzers._one_pass import CUSTOMER_TURNS
from auscult.analyzers._phrases import Kinds
from auscult.wording import Pack, pack


def _by_meaning(read: Pack) -> dict[str, tuple[str, ...]]:
    return {reading.means: reading.says_so for reading in read.readings}


AGENT_SAYS = Kinds(_by_meaning(pack("en/agent_outcome")))
CUSTOMER_SAYS = Kinds(_by_meaning(pack("en/customer_outcome")), CUSTOMER_TURNS)
