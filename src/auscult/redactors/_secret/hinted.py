"""Codes that nothing names, found by signs in the turns around them."""

from collections.abc import Sequence

from auscult.redactors._secret import answers
from auscult.redactors._secret.cues import Cue, cues_in
from auscult.redactors._secret.hints import Sign, is_enough, is_typed, signs_in
from auscult.redactors._secret.numbers import (
    Number,
    is_like_year,
    is_measured,
    may_be_long,
    may_count,
)
from auscult.redactors._secret.patterns import (
    COUNTS,
    FAULT,
    OFFER,
    ROUND,
    WRITTEN_PAIR,
)
from auscult.redactors._secret.turns import (
    FEW,
    HINTED,
    LONGEST,
    LONGEST_HINTED,
    YEAR,
    Turns,
)


class Hinted(Turns):
    """Finds codes that nothing names."""

    def _hinted(self, turn: int) -> None:
        """Find a code that nothing names, by what was sent, shown or typed in this turn and those before."""
        low, text = self._lows[turn], self._texts[turn]
        if not (may_count(low) and may_be_long(low)):
            return
        spans = [
            (one.start, one.end)
            for one in self._of(turn)
            if YEAR <= len(one.chars) <= LONGEST_HINTED and not is_measured(low, one)
        ]
        spans += [(run.start, run.end) for run in answers.spelled_runs(low) if not FAULT.fullmatch(run.chars)]
        spans += [
            span
            for span in answers.strong_chunks(text)
            if OFFER.fullmatch(text, *span) is None and any(map(str.isdecimal, text[slice(*span)]))
        ]
        spans = [
            (start, end)
            for start, end in spans
            if not self._is_taken(turn, start, end)
            and not WRITTEN_PAIR.fullmatch(low, start, end)
            and (" " in low[start:end] or end - start <= LONGEST)
            and (not is_like_year(low[start:end]) or is_typed([self._signs(turn), self._signs(max(0, turn - 1))]))
        ]
        near = range(max(0, turn - HINTED + 1), turn + 1)
        if (
            not spans
            or self._is_talk(turn, answers.strange_words(low, spans))
            or not is_enough([self._signs(each) for each in near], is_alone=True)
        ):
            return
        cues = cues_in(low)
        spans = [span for span in spans if not self._is_other_number(low, Number(*span, "", ()), cues)]
        strange = answers.strange_words(low, spans)
        spans = [span for span in spans if strange == 0 or not ROUND.fullmatch(low, *span)]
        if spans and self._is_hinted(turn, strange):
            for span in spans:
                self._take(turn, *span)

    def _signs(self, turn: int) -> set[Sign]:
        if turn not in self._signs_of:
            self._signs_of[turn] = signs_in(self._lows[turn])
        return self._signs_of[turn]

    def _is_talk(self, turn: int, strange: int) -> bool:
        """Return whether a turn has too many words that are not said around a code; ``strange`` counts them."""
        return strange > FEW and strange > FEW + 2 * len(self._signs(turn))

    def _is_hinted(self, turn: int, strange: int) -> bool:
        """Return whether signs of a code are in a turn and those before it that lead to it."""
        if self._is_talk(turn, strange):
            return False
        signs = [self._signs(turn)]
        speaker = self._utterances[turn].speaker
        for earlier in range(turn - 1, max(-1, turn - HINTED), -1):
            low, its = self._lows[earlier], self._signs(earlier)
            if COUNTS.search(low):
                return False
            if self._utterances[earlier].speaker != speaker and len(low.split()) > FEW and not its:
                break
            if is_of_other(cues_in(low)):
                break
            signs.append(its)
        return is_enough(signs, is_alone=strange == 0)


def is_of_other(cues: Sequence[Cue]) -> bool:
    """Return whether one of the cues is of something else."""
    return any(cue.kind == "other" for cue in cues)
