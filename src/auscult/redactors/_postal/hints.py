"""Words, signs and postcodes of which every address has one: a filter before the search for addresses."""

from auscult.redactors._numeric.hints import DIGIT
from auscult.redactors._patterns import searcher
from auscult.redactors._words import lines_of

HAS_ADDRESS = searcher(lines_of("hints.txt")["address"][0].replace("{digit}", DIGIT))
