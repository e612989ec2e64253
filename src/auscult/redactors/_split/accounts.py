"""British accounts: a sort code of six digits and an account number of eight, written or said."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found

_DIGIT = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_PAIR = rf"(?:double {_DIGIT}|{_DIGIT} {_DIGIT})"
_FOUR = rf"(?:{_PAIR} {_PAIR}|{_DIGIT} {_PAIR} {_DIGIT}|triple {_DIGIT} {_DIGIT}|{_DIGIT} triple {_DIGIT})"
_WRITTEN = re.compile(
    r"\bsort(?: ?code)?(?: is)?[ :]*(\d\d[ -]?\d\d[ -]?\d\d)(?:[ ,;]+(?:and )?(?:the )?(?:acc(?:oun)?t?"
    r"|a/c)?[ .:]*(?:no|number|num|nr)?[ .:]*(?:is )?(\d{7,8}))?\b"
)
_SAID = re.compile(rf"\b({_PAIR}, {_PAIR}, {_PAIR}), ({_FOUR},? (?:er,? |um,? |uh,? )?{_FOUR}(?:,? {_FOUR})?)\b")
_BSB = re.compile(
    rf"\bbsb(?: is|:)? ((?:{_DIGIT}|double|triple|[ ,])+|\d{{3}}[ -]?\d{{3}}),? (?:and "
    rf")?(?:the )?acc(?:oun)?t?(?: number)?(?: is)? ((?:{_DIGIT}|double|triple|[ ,])+|\d{{5,9}})\b"
)


def sorted_accounts(lows: Sequence[str], turns: Sequence[int]) -> Iterator[Found]:
    """Yield the parts of accounts by their sort code: behind its name, or as three pairs before two groups of four that are said."""
    for turn in turns:
        low = lows[turn]
        patterns = [_SAID] if low.count(", ") > 2 else []  # noqa: PLR2004  three pairs and what follows
        patterns += [_WRITTEN] if "sort" in low else []
        patterns += [_BSB] if "bsb" in low else []
        for pattern in patterns:
            for found in pattern.finditer(low):
                for group in (1, 2):
                    if found[group]:
                        start = found.start(group)
                        end = start + len(found[group].rstrip(" ,"))
                        yield Found(turn, start, end, "account", low[start:end])
