"""Passwords, and single characters of them: behind their name, in an answer, and by how they are written or spelled."""

import re
from collections.abc import Sequence

from auscult.redactors._secret import answers
from auscult.redactors._secret.cues import Cue
from auscult.redactors._secret.numbers import (
    is_measured,
)
from auscult.redactors._secret.patterns import (
    FORGOTTEN,
    IS,
    LETTER_LIKE,
    LIKE,
    LINKED,
    NAMED,
    NAMES_USER,
    PRODUCT,
    QUOTED,
    SINGLE_LETTER,
)
from auscult.redactors._secret.turns import (
    FEW,
    MANY,
    NEAR,
    REACH,
    REACH_AFTER,
    SHORTEST,
    Asked,
    Turns,
)


class SpokenWords(Turns):
    """Finds passwords and characters of them."""

    def _is_partial(self) -> bool:
        return self._asked is not None and self._asked.is_partial

    def _odd_words(self, turn: int) -> None:
        """Find what is written as only passwords are, where one is spoken of: of small and capital letters, digits or signs."""
        if not self._is_asked("word"):
            return
        text, low = self._texts[turn], self._lows[turn]
        for start, end in answers.strong_chunks(text):
            chunk = text[start:end]
            is_mixed = any(map(str.islower, chunk)) and (any(map(str.isupper, chunk)) or not chunk.isalnum())
            if is_mixed and not PRODUCT.match(chunk) and not NAMES_USER.search(low, 0, start):
                self._take(turn, start, end)
        for run in answers.spelled_runs(low) if not self._is_partial() else ():
            self._take(turn, run.start, run.end)
        if len(low.split()) <= FEW:
            for span in answers.signs_said(low):
                self._take(turn, *span, is_value=False)
        if self._utterances[turn].speaker != "agent" and not self._is_partial():
            for span in answers.letters(low):
                self._take(turn, *span)
        self._spelled_with_words(turn)

    def _spelled_with_words(self, turn: int) -> None:
        """Find what is spelled with words that begin with its letters, and the digits and letters next to them."""
        low = self._lows[turn]
        likes = list(LETTER_LIKE.finditer(low))
        for single in SINGLE_LETTER.finditer(low) if likes else ():
            if not answers.strange_words(
                LETTER_LIKE.sub(_blank, low), [single.span(), *((one.start, one.end) for one in self._of(turn))]
            ):
                self._take(turn, *single.span(), is_value=False)
        for like in likes:
            self._take(turn, *like.span(), is_value=False)
            for number in self._of(turn):
                between = (
                    low[like.end() : number.start] if number.start >= like.end() else low[number.end : like.start()]
                )
                if not answers.strange_words(LETTER_LIKE.sub(" ", between), []):
                    self._take(turn, number.start, number.end, is_value=False)

    def _password(self, turn: int, cue: Cue, cues: Sequence[Cue], text: str, low: str) -> None:  # noqa: C901  (a way each)
        """Find a password that follows on its name, or that is written as no word is."""
        following = min((other.start for other in cues if other.start >= cue.end), default=len(low))
        for start, end in answers.strong_chunks(text):
            is_linked = not text[cue.end : start].strip(" :=-") or LINKED.search(low, cue.end, start) is not None
            is_odd = PRODUCT.match(text[start:end]) is None and NAMES_USER.search(low, 0, start) is None
            is_behind = cue.end <= start <= cue.end + REACH and start < following and (is_linked or is_odd)
            is_before = end <= cue.start and (IS.fullmatch(low, end, cue.start) or is_odd)
            if (is_behind or is_before) and not any(each.start < end and start < each.end for each in cues):
                self._take(turn, start, end)
        self._spelled_behind(turn, cue.end, min(following, cue.end + REACH))
        quoted = QUOTED.search(text)
        if quoted is not None and 0 <= cue.start - quoted.end() <= REACH_AFTER:
            self._take(turn, *quoted.span(1))
        if (refused := answers.refused(low, cue.end)) is not None:
            self._take(turn, *refused)
        if (named := answers.named_behind(low, cue.start)) is not None:
            self._take(turn, *named)
        span = None if "hint" in low[cue.start : cue.end] else answers.stated(text, low, cue.end)
        if span is not None and (span[0] <= following or any(span[0] >= each.end for each in cues)):
            self._take(turn, *span)
            if (other := answers.joined(low, span[1])) is not None:
                self._take(turn, *other)
            for number in self._of(turn):
                between = low[span[1] : number.start]
                is_next = number.start > span[1] and len(between) < NEAR and answers.strange_words(between, []) == 0
                if is_next and not is_measured(low, number):
                    self._take(turn, number.start, number.end, is_value=False)
        elif span is None:
            for number in self._of(turn):
                is_near = number.start >= cue.end and NAMED.fullmatch(low, cue.end, number.start)
                if is_near and len(number.chars) >= SHORTEST and not is_measured(low, number):
                    self._take(turn, number.start, number.end)

    def _said_of(self, turn: int) -> None:
        """Find passwords by how a turn about one speaks of them, wherever its name is."""
        text, low = self._texts[turn], self._lows[turn]
        for span in (answers.named_plainly(low), answers.proposed(low), *answers.put_in(text, low)):
            if span is not None:
                self._take(turn, *span)

    def _spelled_behind(self, turn: int, start: int, end: int) -> None:
        for run in answers.spelled_runs(self._lows[turn]):
            if start <= run.start <= end:
                self._take(turn, run.start, run.end)

    def _passwords(self, turn: int, asked: Asked, text: str, low: str) -> None:
        found = [
            *answers.strong_chunks(text),
            *answers.answered(text, low, needs_lead=asked.is_mentioned),
            *answers.put_in(text, low),
            *(answers.signs_said(low) if len(low.split()) <= FEW else ()),
        ]
        if (date := answers.date_said(low)) is not None:
            found.append(date)
        if asked.is_phrase and not asked.is_done and (said := answers.phrase(low)) is not None:
            found.append(said)
        for start, end in found:
            self._take(turn, start, end)
            asked.last, asked.digits = turn, asked.digits + 1
        if found and (other := answers.joined(low, max(end for _, end in found))) is not None:
            self._take(turn, *other)
        if not found and not asked.is_mentioned and answers.REFUSALS.isdisjoint(low.split()):
            singles = list(answers.characters(low))
            is_all = answers.strange_words(low, singles) == 0 and all(low[slice(*one)].isalnum() for one in singles)
            for start, end in singles if is_all and len(low.split()) <= MANY else ():
                found.append((start, end))
                self._take(turn, start, end, is_value=False)
        for number in self._of(turn) if found else ():
            if (
                not is_measured(low, number)
                and not self._is_pronoun(turn, number)
                and not self._is_taken(turn, number.start, number.end)
            ):
                self._take(turn, number.start, number.end, is_value=False)

    def _characters(self, turn: int, asked: Asked, strange: int) -> None:
        low = self._lows[turn]
        refused = FORGOTTEN.search(low)
        singles = len(re.findall(r"(?<![\w'])[a-z](?![\w'])", low))
        if refused or strange - singles > 6:  # noqa: PLR2004
            return
        for start, end in answers.characters(low):
            is_place = (len(low[start:end]) > 1 or low[start:end].isdigit()) and low[end:].strip().startswith(
                ("is ", "'s ", "ist ", "es ", "moment", "second")
            )
            if not is_place:
                like = LIKE.match(low, end)
                self._take(turn, start, like.end() if like else end, is_value=False)
                asked.last, asked.digits = turn, asked.digits + 1


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
