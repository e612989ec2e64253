"""Sides: which speaker of a conversation is the agent, the customer or a bot, found in what each of them says.

The weights are whole numbers in ``weights/<language>.json``, fitted by ``python -m bench.sides --fit``; so a finding is the
same alone, in any batch and on any machine.
"""

from auscult.sides.finding import SURE, Found, find, probability, with_sides
from auscult.sides.reading import features, languages, reader

__all__ = [
    "SURE",
    "Found",
    "features",
    "find",
    "languages",
    "probability",
    "reader",
    "with_sides",
]
