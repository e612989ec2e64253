"""Values that later turns show: said again, named behind, or answered by a reaction of the other side."""

import re
from collections.abc import Sequence

from auscult.redactors._secret import answers
from auscult.redactors._secret.cues import Cue, cues_in
from auscult.redactors._secret.numbers import (
    Number,
    is_measured,
)
from auscult.redactors._secret.patterns import (
    ASKS_NEXT,
    CONFIRMS,
    FAILS,
    GLUED_BEFORE,
    HARMLESS,
    NAMES_USER,
    PASSED,
    PRODUCT,
    REACTS,
    REFERS,
    RESETS,
    THATS,
    TRIED,
    WARNS,
)
from auscult.redactors._secret.turns import (
    FEW,
    MANY,
    PATIENCE,
    REACH,
    SHORTEST,
    SIZES,
    YEAR,
    Turns,
)

VARIED = (
    r"[\w!]{0,4}(?: (?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|[a-z]+teen|twenty|thirty|forty"
    r"|\d{1,4})\b)*"
)
"""Pattern of the ending by which a password becomes another one: a few characters, or numbers in words."""


class LookingBack(Turns):
    """Finds values by the turns behind them."""

    def _look_back(self, turn: int, cues: Sequence[Cue], secret: Sequence[Cue]) -> None:
        """Find what was said before its name, in this turn and those before."""
        low, speaker = self._lows[turn], self._utterances[turn].speaker
        if secret and not self._spans[turn]:
            self._named_behind(turn, cues, secret)
        if not self._spans[turn] and turn:
            if speaker == "agent" and self._is_short(turn - 1) and PASSED.search(low):
                self._passed(turn)
            if secret and (THATS.match(low) or CONFIRMS.match(low)):
                self._before(turn)
            elif secret and self._utterances[turn - 1].speaker != speaker and self._is_reaction(turn):
                self._reacted(turn, secret)
            elif secret and self._is_name(turn, secret):
                self._before(turn)
            elif secret and WARNS.search(low):
                self._warned(turn, secret)
            elif any(cue.kind == "word" for cue in secret) or RESETS.search(low):
                self._tried(turn - 1)
        self._tried(turn)

    def _is_name(self, turn: int, secret: Sequence[Cue]) -> bool:
        """Return whether a turn only names a secret, as an answer to what something was."""
        low, before = self._lows[turn], self._utterances[turn - 1]
        is_asked = before.speaker != self._utterances[turn].speaker and "?" in before.text
        spans = [(cue.start, cue.end) for cue in secret]
        return is_asked and len(before.text.split()) <= FEW and answers.strange_words(low, spans) <= FEW

    def _is_short(self, turn: int) -> bool:
        return len(self._lows[turn].split()) <= FEW

    def _passed(self, turn: int) -> None:
        """Find the words with which the customer passed: the question before is for none of the usual data."""
        low, text = self._lows[turn - 1], self._texts[turn - 1]
        question = self._lows[turn - 2] if turn > 1 else ""
        is_open = turn > 1 and self._utterances[turn - 2].speaker == "agent" and not HARMLESS.search(question)
        if is_open and not self._spans[turn - 1] and not any(map(str.isdecimal, low)):
            for start, end in answers.answered(text, low):
                self._take(turn - 1, start, end)

    def _is_reaction(self, turn: int) -> bool:
        """Return whether a turn judges the answer before it and asks for nothing, and nothing else was asked for before."""
        low = self._lows[turn]
        is_question = "?" in low or "please" in low or ASKS_NEXT.search(low) is not None
        earlier = self._lows[turn - 2] if turn > 1 and self._utterances[turn - 2] != self._utterances[turn - 1] else ""
        is_of_other = any(cue.kind == "other" for cue in cues_in(earlier))
        return REACTS.search(low) is not None and not is_question and not is_of_other

    def _reacted(self, turn: int, secret: Sequence[Cue]) -> None:
        """Find what the other side said before ``great, that's the password`` or ``that does not match the PIN``."""
        low, text = self._lows[turn - 1], self._texts[turn - 1]
        if secret[-1].kind != "word":
            least, most = SIZES[secret[-1].kind]
            numbers = [one for one in self._of(turn - 1) if max(least, SHORTEST) <= len(one.chars) <= most]
            strange = answers.strange_words(low, [(one.start, one.end) for one in self._of(turn - 1)])
            cues = cues_in(low)
            for number in numbers if strange <= FEW else ():
                if not is_measured(low, number) and not self._is_other_number(low, number, cues):
                    self._take(turn - 1, number.start, number.end)
        elif (
            self._utterances[turn].speaker == "agent"
            and not cues_in(low)
            and (len(low.split()) <= FEW + 2 or answers.spelled(low, 0) is not None)
        ):
            for start, end in (*answers.answered(text, low), *answers.put_in(text, low), *answers.letters(low)):
                self._take(turn - 1, start, end)

    def _again(self, turn: int, cues: Sequence[Cue]) -> None:
        """Find values that were found before."""
        low = self._lows[turn]
        for number in self._of(turn) if self._values else ():
            is_known = (
                number.chars in self._values
                or self._is_read_back(turn, number)
                or any(len(value) > SHORTEST and value in number.chars for value in self._values)
            )
            is_open = is_known and not self._is_taken(turn, number.start, number.end)
            if is_open and not is_measured(low, number) and not self._is_other_number(low, number, cues):
                self._take(turn, number.start, number.end)
        for word, at in self._words.items():
            if turn - at <= PATIENCE and word[:SHORTEST] in low:
                for found in re.finditer(rf"(?<!\w){_any_spaces(word)}{VARIED if word.isalpha() else ''}(?!\w)", low):
                    self._spans[turn].append(found.span())

    def _named_behind(self, turn: int, cues: Sequence[Cue], secret: Sequence[Cue]) -> None:
        """Find what a turn names behind it, however far: ``i sent 129 but it is 192, i mistyped the code``."""
        low, last = self._lows[turn], secret[-1]
        if last.kind == "maybe" or (last.kind == "word" and not REFERS.search(low, last.start)) or WARNS.search(low):
            return
        least, most = SIZES[last.kind]
        for number in self._of(turn):
            is_like = max(least, SHORTEST) <= len(number.chars) <= most and not is_measured(low, number)
            is_near = number.end <= last.start <= number.end + REACH and not GLUED_BEFORE.search(low, 0, number.start)
            if (
                is_like
                and is_near
                and "thousand" not in low[number.start : number.end]
                and not self._is_other_number(low, number, cues)
            ):
                self._take(turn, number.start, number.end)

    def _tried(self, turn: int) -> None:
        """Find what was tried and refused, as no word is written: ``I tried Summer21! and it was rejected``."""
        low, text = self._lows[turn], self._texts[turn]
        if not answers.may_be_strong(text) or TRIED.search(low) is None or FAILS.search(low) is None:
            return
        for start, end in answers.strong_chunks(text):
            chunk = text[start:end]
            is_mixed = any(map(str.islower, chunk)) and any(map(str.isdecimal, chunk)) and len(chunk) > MANY
            is_named = PRODUCT.match(chunk) or NAMES_USER.search(low, 0, start)
            if is_mixed and not is_named and not self._is_taken(turn, start, end):
                self._take(turn, start, end)

    def _warned(self, turn: int, secret: Sequence[Cue]) -> None:
        """Find what the other side said before ``please never share your PIN``."""
        for earlier in range(turn - 1, max(-1, turn - 3), -1):
            if self._utterances[earlier].speaker == self._utterances[turn].speaker:
                continue
            low = self._lows[earlier]
            cues = cues_in(low)
            for number in self._of(earlier):
                is_like = SHORTEST <= len(number.chars) <= 8 and not is_measured(low, number)  # noqa: PLR2004
                if is_like and not self._is_other_number(low, number, cues):
                    self._take(earlier, number.start, number.end)
            if any(cue.kind == "word" for cue in secret):
                for start, end in answers.strong_chunks(self._texts[earlier]):
                    self._take(earlier, start, end)

    def _before(self, turn: int) -> None:
        """Find what was said before its name: ``204`` and then ``that's the code``."""
        for earlier in range(turn - 1, max(-1, turn - 3), -1):
            numbers = [one for one in self._of(earlier) if not is_measured(self._lows[earlier], one)]
            spans = [(one.start, one.end) for one in numbers]
            strange = answers.strange_words(self._lows[earlier], spans)
            if numbers and strange <= MANY:
                for number in numbers:
                    if strange > 1 and number.chars[:2] in ("19", "20"):
                        continue
                    if SHORTEST <= len(number.chars) <= 8:  # noqa: PLR2004
                        self._take(earlier, number.start, number.end)
                return

    def _said_before(self) -> None:
        """Find values in turns before the one in which they were found."""
        for turn in range(len(self._lows)) if self._values else ():
            for number in self._of(turn):
                self._begun(turn, number)
                first = self._values.get(number.chars, -1)
                if turn >= first or first < 0:
                    first = self._value_after(turn, number)
                if turn < first and not self._is_taken(turn, number.start, number.end):
                    spans = [(one.start, one.end) for one in self._of(turn)]
                    is_alone = answers.strange_words(self._lows[turn], spans) == 0
                    if not is_measured(self._lows[turn], number) and (is_alone or len(number.chars) > 4):  # noqa: PLR2004
                        cues = cues_in(self._lows[turn])
                        if not self._is_other_number(self._lows[turn], number, cues):
                            self._take(turn, number.start, number.end)

    def _begun(self, turn: int, number: Number) -> None:
        """Find the digits that were said before the whole was: ``four three hang on four three nine``."""
        if len(number.chars) == 1 or not self._spans[turn] or self._is_taken(turn, number.start, number.end):
            return
        if any(
            later.start > number.end
            and later.chars.startswith(number.chars)
            and later.chars in self._values
            and self._is_taken(turn, later.start, later.end)
            for later in self._of(turn)
        ):
            self._take(turn, number.start, number.end, is_value=False)

    def _value_after(self, turn: int, number: Number) -> int:
        """Return the turn soon after, of a value of which this is a piece, or another reading of it; -1 without."""
        chars = number.chars
        if answers.strange_words(self._lows[turn], [(one.start, one.end) for one in self._of(turn)]) > 0:
            return -1
        for value, at in self._values.items():
            is_piece = 1 < len(chars) < len(value) and chars in value and len(value) >= YEAR and at - turn <= PATIENCE
            is_alike = len(chars) == len(value) >= SHORTEST and at - turn == 1 and sorted(chars) == sorted(value)
            is_near = (
                len(chars) == len(value) >= SHORTEST
                and at - turn == 1
                and sum(one != other for one, other in zip(chars, value, strict=True)) == 1
            )
            if turn < at and (is_piece or is_alike or is_near):
                return at
        return -1


def _any_spaces(word: str) -> str:
    """Return a pattern of a value, whatever signs are between its parts."""
    return r"[\W_]{0,3}".join(map(re.escape, re.findall(r"[^\W_]+", word)))
