"""Hesitations between commas, which are in no value: ``number, um, twelve``. Texts are read without them."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from auscult.domain.privacy.redaction import Found, Utterance

_SOUNDS = ("um", "uh", "er", "erm", "eh", "\u00e4h", "\u00e4hm")
_SHOWN = re.compile(rf", (?:{'|'.join(_SOUNDS)}),")
_HESITATION = re.compile(rf",\s+(?:{'|'.join(_SOUNDS)})(?=,),", re.IGNORECASE)


def shown(utterances: Sequence[Utterance]) -> bool:
    """Return whether a conversation has hesitations between commas."""
    return _SHOWN.search("\n".join([text for _, text in utterances])) is not None


class Smooth:
    """A conversation without its hesitations, and the way back from offsets in it."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        cut = [[found.span() for found in _HESITATION.finditer(text)] for _, text in utterances]
        self.utterances = [
            each._replace(text=_without(each.text, spans)) for each, spans in zip(utterances, cut, strict=True)
        ]
        self._cut = cut

    def restored(self, found: Sequence[Found]) -> Iterator[Found]:
        """Yield spans with the offsets that they have in the conversation with its hesitations."""
        for one in found:
            cut = self._cut[one.turn]
            if not cut:
                yield one
                continue
            sizes = [end - start for start, end in cut]
            before = [start - size for (start, _), size in zip(cut, accumulate([0, *sizes[:-1]]), strict=True)]
            start = one.start + sum(size for at, size in zip(before, sizes, strict=True) if at <= one.start)
            end = one.end + sum(size for at, size in zip(before, sizes, strict=True) if at < one.end)
            yield one._replace(start=start, end=end)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
