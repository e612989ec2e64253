"""The search for secrets in a conversation: named in one turn, asked for in an earlier turn, and said again."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._digits import WORDS, has_digit, lowered
from auscult.redactors._secret import answers
from auscult.redactors._secret.cues import Cue, cues_in, may_name, may_spell_card, may_stir
from auscult.redactors._secret.hinted import Hinted, is_of_other
from auscult.redactors._secret.hints import may_hint
from auscult.redactors._secret.looking_back import LookingBack
from auscult.redactors._secret.numbers import (
    Number,
    begins_with_month,
    behind_card,
    behind_digits,
    is_measured,
    last_of,
    may_count,
)
from auscult.redactors._secret.patterns import (
    ASKS,
    ASKS_FOR,
    BEHIND_EMAIL,
    BEHIND_SAID_EMAIL,
    CARD_ASKED,
    CARD_DONE,
    CARD_SEEN,
    CLARIFIES,
    CORRECTS,
    COUNTERED,
    COUNTS,
    DASHED,
    DATE_BETWEEN,
    DATED_CODE,
    DEFINITE,
    EXPIRY,
    EXPIRY_ASKED,
    EXPIRY_DATE,
    EXPIRY_WRITTEN,
    FAULT,
    FOLLOWS,
    GLUED,
    JOINED,
    LINE,
    LONG,
    MENTIONS,
    NAMED,
    NO_THINGS,
    ODD_DIGITS,
    OF_OTHER,
    OFFER,
    OFFERED,
    ORDINAL,
    PART,
    PHRASE,
    PRIVATE,
    PROMPTS,
    RETRY,
    SAYS,
    SINGLE,
    SPACED,
    SPELL_IT,
    SPELLS,
    WRITTEN_SO,
)
from auscult.redactors._secret.spoken_words import SpokenWords
from auscult.redactors._secret.turns import (
    AGAIN,
    FEW,
    LONGEST,
    LONGEST_CARD,
    MANY,
    NEAR,
    PATIENCE,
    REACH,
    REACH_AFTER,
    SAID_ROOM,
    SHORTEST,
    SIZES,
    WHOLE,
    YEAR,
    Asked,
    is_year,
    without_placeholders,
)

PIECE = 4_000
"""Characters of a turn that are read together, for the time that they take grows with their square."""


def secrets(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation; fast where none is spoken of."""
    low = without_placeholders(lowered("\n".join([text for _, text in utterances])))
    if not (may_name(low) or may_hint(low)) and LONG.search(low) is None and not may_spell_card(low):
        return []
    pieces = [
        (turn, offset, Utterance(speaker, piece))
        for turn, (speaker, text) in enumerate(utterances)
        for offset, piece in _pieces(text)
    ]
    found = _Search([piece for _, _, piece in pieces]).found()
    return [
        each._replace(turn=turn, start=each.start + offset, end=each.end + offset)
        for each in found
        for turn, offset, _ in [pieces[each.turn]]
    ]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a turn that are read as turns, with the offset of each; they end between words."""
    start = 0
    while len(text) - start > PIECE:
        end = text.rfind(" ", start + PIECE // 2, start + PIECE) + 1 or start + PIECE
        yield start, text[start:end]
        start = end
    yield start, text[start:]


class _Search(LookingBack, Hinted, SpokenWords):
    """One pass over the turns, and what was found in them before."""

    def found(self) -> list[Found]:
        """Return what is secret, each span with its letters and digits as its value."""
        for turn, (speaker, _) in enumerate(self._utterances):
            if speaker == "key":
                self._asked, self._is_other = None, False
            if self._asked is not None or self._words or may_count(self._lows[turn]) or may_stir(self._lows[turn]):
                self._read(turn)
        self._said_before()
        return [
            Found(turn, start, end, "security_code", "".join(filter(str.isalnum, self._lows[turn][start:end])))
            for turn, spans in enumerate(self._spans)
            for start, end in _merged(spans)
        ]

    def _keep_pieces(self, turn: int, asked: Asked) -> None:
        """Remember what several turns say together."""
        if self._utterances[turn].speaker != asked.speaker and not asked.is_partial:
            asked.chars += "".join(one.chars for one in self._of(turn) if self._is_taken(turn, one.start, one.end))
            if SHORTEST <= len(asked.chars) <= LONGEST:
                self._values.setdefault(asked.chars, turn)

    def _read(self, turn: int) -> None:  # noqa: C901  (the order of one pass)
        low = self._lows[turn]
        if not low.strip():
            return
        speaker = self._utterances[turn].speaker
        is_asked, is_naming = self._asked is not None, may_name(low)
        cues = self._settled(cues_in(low, is_asked=is_asked), low, speaker) if is_asked or is_naming else []
        if speaker in ("key", "field"):
            cues = [cue for cue in cues if cue.kind != "maybe"]
        cues = self._apart(turn, cues)
        secret = [cue for cue in cues if cue.kind != "other"]
        if not secret:
            self._forget(low, speaker)
        if self._replaced[turn]:  # it was searched before, and stays as it is
            self._skip(turn)
            self._ask(turn, cues, secret)
            return
        if secret:
            self._named(turn, cues)
        self._shaped(turn, cues, secret, is_naming=is_naming)
        if secret and turn and (counter := COUNTERED.match(low)) and secret[0].start < counter.end():
            self._asked = Asked(secret[0].kind, self._utterances[turn - 1].speaker, turn - 1, is_partial=True)
        if not cues or all(cue.kind == "word" for cue in cues):
            self._odd_words(turn)
        if (words := answers.passed_on(low)) is not None and not is_of_other(cues):
            self._take(turn, *words)
        asked = self._asked
        if asked is not None and turn > asked.turn + PATIENCE:
            asked = self._asked = None
        if (
            asked is not None
            and asked.turn < turn
            and not (secret and speaker == asked.speaker and not asked.is_done and secret[0].kind != asked.kind)
        ):
            self._answered(turn, cues, asked)
            if self._replaced[turn]:
                asked.last, asked.digits = turn, max(asked.digits, WHOLE[asked.kind])
            self._keep_pieces(turn, asked)
        if self._spans[turn] and (self._is_asked("word") or any(cue.kind == "word" for cue in secret)):
            self._spans[turn] += [found.span(1) for found in answers.CAPITAL.finditer(low)]
        self._again(turn, cues)
        self._look_back(turn, cues, secret)
        self._hinted(turn)
        self._ask(turn, cues, secret)

    def _shaped(self, turn: int, cues: Sequence[Cue], secret: Sequence[Cue], *, is_naming: bool) -> None:  # noqa: C901  (a form each)
        """Find what its form shows: behind a card, an expiry or an e-mail address, spelled with signs, glued to its name."""
        low, speaker = self._lows[turn], self._utterances[turn].speaker
        if self._may_hold_card and LONG.search(low):
            for line in LINE.finditer(low):
                self._take(turn, *line.span(1))
        spells = SPELLS.search(low) if "cap" in low or "case" in low else None
        if spells is not None and not is_of_other(cues):
            span = answers.spelled(low, spells.start(), signed=True)
            if span is not None:
                self._take(turn, *span)
        if self._is_asked("word") or any(cue.kind == "word" for cue in secret):
            for written in WRITTEN_SO.finditer(low):
                if written[1] not in answers.FILLERS | answers.NONE | answers.STOPS:
                    self._take(turn, *written.span(1))
        for dated in DATED_CODE.finditer(low) if "/" in low else ():
            if not is_measured(low, Number(*dated.span(1), dated[1], ())):
                self._take(turn, *dated.span(1))
        if (secret or is_naming) and has_digit(low):
            self._glued(turn)
        self._behind_email(turn)
        self._cards(turn, speaker)
        if ("exp" in low or "valid" in low) and EXPIRY.search(low) and self._is_of_card:
            self._behind_expiry(turn)

    def _glued(self, turn: int) -> None:
        """Find what is glued to its name, of a card and its date alone what follows the name: ``0428cvc901``."""
        low = self._lows[turn]
        for glued in GLUED.finditer(low):
            if glued.start() and low[glued.start() - 1].isdigit():
                self._spans[turn].append(glued.span(1))
            else:
                self._take(turn, *glued.span(glued.lastindex or 0))

    def _forget(self, low: str, speaker: str) -> None:
        """Forget what is asked for where a short turn says that it is of something else: ``of the lens size``."""
        asked = self._asked
        of = None if asked is None or len(low.split()) > FEW + FEW else OF_OTHER.match(low)
        if of is None or asked is None:
            return
        is_thing = of[1] not in WORDS | NO_THINGS and not of[1].isdigit() and not may_name(of[1])
        if is_thing and (asked.kind != "card" or speaker == asked.speaker):
            self._asked, self._is_other = None, True

    def _apart(self, turn: int, cues: list[Cue]) -> list[Cue]:
        """Return cues without the digit that ends a number before them: ``two oh four on the back``."""
        for index, cue in enumerate(cues):
            for number in self._of(turn) if cue.kind == "card" else ():
                if number.start < cue.start < number.end < cue.end:
                    cues[index] = cue._replace(start=number.end)
        return cues

    def _skip(self, turn: int) -> None:
        """Count a turn with a placeholder as an answer to what is asked for."""
        if self._asked is not None:
            self._asked.last = turn
            self._asked.digits = max(self._asked.digits, WHOLE[self._asked.kind])

    def _settled(self, cues: list[Cue], low: str, speaker: str) -> list[Cue]:
        """Return cues, those that may be of anything as what was last named."""
        settled: list[Cue] = []
        self._is_other = self._is_other or (bool(cues) and OFFERED.search(low) is not None)
        for cue in cues:
            if cue.kind == "three":
                is_back = (
                    answers.LABELLED.search(low) is None
                    and answers.BACK.search(low, cue.start, cue.end) is not None
                    and "get" not in low[: cue.start]
                )
                is_card = (
                    self._is_of_card
                    or self._is_asked("card")
                    or (is_back and not self._is_other and speaker != "customer")
                )
                cue = cue._replace(kind="card" if is_card else "other")  # noqa: PLW2901  (settled at once)
            if cue.kind == "other":
                self._is_other = cue.is_of_code or self._is_other
            elif cue.kind != "maybe":
                self._is_other = False
            is_behind = any(
                each.kind == "other"
                and not EXPIRY_ASKED.search(low, each.start, each.end)
                and not CARD_ASKED.search(low, each.start, each.end)
                for each in settled
            )
            settled.append(cue._replace(kind="other") if cue.kind == "maybe" and (self._is_other or is_behind) else cue)
        return settled

    def _named(self, turn: int, cues: Sequence[Cue]) -> None:  # noqa: C901, PLR0912  (a way to name a value each)
        """Find what is with its name in one turn."""
        text, low = self._texts[turn], self._lows[turn]
        for number in self._of(turn):
            before = self._cue_before(turn, number, cues)
            after = next((cue for cue in cues if cue.start >= number.end), None)
            inside = next((cue for cue in cues if cue.start < number.end and number.start < cue.end), None)
            if is_measured(low, number):
                continue
            if inside is not None:
                if inside.kind == "code" and len(number.chars) > YEAR and number.start > inside.start:
                    self._take(turn, number.start, number.end)
                continue
            is_of_other = (
                before is not None and before.kind == "other" and NAMED.fullmatch(low, before.end, number.start)
            )
            if (
                after is not None
                and after.kind not in ("other", "maybe", "word")
                and not is_of_other
                and (self._is_before(low, number, after))
            ) or (after is not None and after.kind == "maybe" and self._is_before(low, number, after)):
                self._take(turn, number.start, number.end)
            elif before is not None and before.kind != "other" and not self._is_behind_other(low, number, after):
                self._behind(turn, number, before)
        self._chained(turn, cues)
        if any(cue.kind == "word" for cue in cues):
            self._said_of(turn)
        for cue in cues:
            if cue.kind == "word":
                self._password(turn, cue, cues, text, low)
            elif cue.kind in ("code", "maybe", "digits"):
                self._mixed(turn, cue, cues, text)
        if PART.search(low) and any(cue.kind in ("digits", "word", "card") for cue in cues):
            last = max(cue.end for cue in cues if cue.kind != "other")
            link = re.compile(r"\W*(?:is|are|was|:)\W").match(low, last)
            for start, end in answers.characters(low) if link else ():
                if start >= last:
                    self._take(turn, start, end, is_value=False)

    def _behind_email(self, turn: int) -> None:
        """Find a password that is written behind an e-mail address, as people send their logins."""
        text, low = self._texts[turn], self._lows[turn]
        for found in BEHIND_SAID_EMAIL.finditer(low) if "mail" in low else ():
            for start, end in answers.strong_chunks(text[: found.end()]):
                if start >= found.start(1):
                    self._take(turn, start, end)
        for found in BEHIND_EMAIL.finditer(text) if "@" in text else ():
            chunk = found[1].rstrip(".,;)")
            is_mixed = any(map(str.islower, chunk)) and any(map(str.isdecimal, chunk))
            if is_mixed and answers.is_strong(chunk) and (not chunk.islower() or not chunk.isalnum()):
                self._take(turn, found.start(1), found.start(1) + len(chunk))

    def _cards(self, turn: int, speaker: str) -> None:
        """Find codes behind whole cards; a card whose code is still missing is as good as a question for it."""
        if not self._may_hold_card:
            return
        card: Number | None = None
        for number in self._of(turn):
            if card is not None and number.start - card.end <= REACH and len(number.chars) < LONGEST:
                part = (
                    number
                    if len(number.chars) in (3, 4)
                    else last_of(number, (3, 4))
                    if len(number.chars) <= 8  # noqa: PLR2004
                    else None
                )
                between = self._lows[turn][card.end : number.start]
                room = 1 + ("exp" in between) + FEW * (EXPIRY_DATE.search(between) is not None)
                if answers.strange_words(EXPIRY_WRITTEN.sub(" ", between), []) > room:
                    continue
                if (
                    part is not None
                    and not self._is_expiry(part)
                    and not is_year(part)
                    and not is_measured(self._lows[turn], part)
                ):
                    self._take(turn, part.start, part.end)
                    return
                continue
            rest, is_card = behind_card(number)
            card = number if is_card and rest is None else card
            chars = self._card_digits.get(speaker, "") + number.chars
            if is_card and rest is not None and len(rest.chars) > YEAR:
                self._card(turn, number)
            elif is_card or (len(chars) > len(number.chars) and behind_digits(chars)):
                if rest is not None and len(rest.chars) in (3, 4) and not begins_with_month(rest):
                    self._take(turn, rest.start, rest.end)
                elif self._asked is None or self._asked.kind != "card":
                    other = next((each for each, _ in self._utterances if each != speaker), "")
                    self._asked = Asked("card", other, turn, has_expiry=True, is_implied=True)
                chars = ""
            self._card_digits[speaker] = chars[-LONGEST_CARD:] if len(number.chars) > 1 or chars else ""

    def _behind_expiry(self, turn: int) -> None:
        """Find the code that is said behind a card and its expiry: ``expires march twenty nine two oh four``."""
        low = self._lows[turn]
        for expiry in EXPIRY.finditer(low):
            number = next((one for one in self._of(turn) if one.start >= expiry.end()), None)
            if (
                number is not None
                and len(number.chars) in (3, 4)
                and DATE_BETWEEN.search(low, expiry.end(), number.start)
            ):
                if (
                    number.start - expiry.end() < REACH_AFTER
                    and not is_measured(low, number)
                    and not self._is_expiry(number)
                ):
                    self._take(turn, number.start, number.end)
                continue
            if number is None or number.start - expiry.end() > NEAR or not 4 < len(number.chars) <= 8:  # noqa: PLR2004
                continue
            part = last_of(number, (4, 3) if len(number.chars) == 8 else (3,))  # noqa: PLR2004
            if part is not None and not is_year(part) and not is_measured(low, part):
                self._take(turn, part.start, part.end)

    def _behind(self, turn: int, number: Number, cue: Cue) -> None:
        """Find a number that follows on the name of a secret."""
        low, between = self._lows[turn], self._lows[turn][cue.end : number.start]
        if len(between) > REACH or cue.kind == "word":
            return
        is_near = NAMED.fullmatch(between) is not None
        size = len(number.chars)
        if cue.kind == "card":
            self._card(turn, number, is_near=is_near)
            return
        least, most = SIZES[cue.kind]
        if (max(least, SHORTEST) if is_near else 4) <= size <= most and not (
            "?" in between and len(between.split("?")[-1].split()) > 4  # noqa: PLR2004
        ):
            self._take(turn, number.start, number.end)
        elif is_near and size < SHORTEST and len(low[number.end :].strip()) == 0:
            self._take(turn, number.start, number.end, is_value=False)

    def _card(self, turn: int, number: Number, *, is_near: bool = False, has_expiry: bool = False) -> bool:
        """Find the digits of a card's code in a number, with its expiry or whole card before it."""
        rest, is_card = behind_card(number)
        if is_card:
            part = rest and (last_of(rest, (3, 4)) if len(rest.chars) > 4 else rest)  # noqa: PLR2004
            if part and len(part.chars) >= SHORTEST:
                self._take(turn, part.start, part.end)
                return True
            return False
        size = len(number.chars)
        if size in (3, 4):
            self._take(turn, number.start, number.end)
            return True
        if 4 < size <= 8 and (self._is_of_card or has_expiry):  # noqa: PLR2004
            may_be_dated = (has_expiry or size > 6) and begins_with_month(number)  # noqa: PLR2004
            part = last_of(number, (3, 4)) if may_be_dated else None
            part = part or number
            self._take(turn, part.start, part.end)
            return True
        if 8 < size <= LONGEST and set(number.units) and is_near:  # noqa: PLR2004
            self._take(turn, number.start, number.end)
            return True
        return False

    def _chained(self, turn: int, cues: Sequence[Cue]) -> None:
        """Find numbers that are joined to what was found: ``1357 and 1375 as my PIN``."""
        low, numbers = self._lows[turn], self._of(turn)
        for one, other in [
            *pairwise(numbers),
            *pairwise(numbers[::-1]),
        ]:
            first, second = sorted((one, other), key=lambda each: each.start)
            between = low[first.end : second.start]
            is_joined = JOINED.fullmatch(between) is not None or (
                len(between) < NEAR and answers.strange_words(between, []) == 0
            )
            is_like = abs(len(one.chars) - len(other.chars)) <= 1 or len(other.chars) <= 2  # noqa: PLR2004
            if (
                is_joined
                and is_like
                and self._is_taken(turn, one.start, one.end)
                and not (
                    is_measured(low, other) or self._is_pronoun(turn, other) or self._is_other_number(low, other, cues)
                )
            ):
                self._take(turn, other.start, other.end)

    def _mixed(self, turn: int, cue: Cue, cues: Sequence[Cue], text: str) -> None:
        """Find a code of letters and digits that follows on its name."""
        for start, end in answers.strong_chunks(text):
            closest = next((each for each in reversed(cues) if each.end <= start), None)
            is_code = (
                OFFER.fullmatch(text, start, end) is None
                and any(map(str.isdecimal, text[start:end]))
                and text[start:end].replace("-", "").isalnum()
            )
            if closest is cue and start <= cue.end + REACH and is_code:
                self._take(turn, start, end)

    def _answered(self, turn: int, cues: Sequence[Cue], asked: Asked) -> None:  # noqa: C901, PLR0912  (a way to answer each)
        """Find what answers a question in an earlier turn, completes it, corrects it or reads it back."""
        text, low, speaker = self._texts[turn], self._lows[turn], self._utterances[turn].speaker
        if asked.is_done and turn > asked.last + AGAIN:
            return
        is_free = speaker != asked.speaker and not asked.is_done
        others = [cue for cue in cues if not (is_free and PRIVATE.search(low[cue.start : cue.end]))]
        numbers = [
            one for one in self._of(turn) if not is_measured(low, one) and not self._is_other_number(low, one, others)
        ]
        spans = [(one.start, one.end) for one in (*self._of(turn), *cues)]
        if asked.kind in ("code", "digits", "maybe", "word"):
            spans += [(run.start, run.end) for run in answers.spelled_runs(low)]
        strange = answers.strange_words(low, spans)
        is_own = speaker == asked.speaker
        room = 40 if is_free else 3 if is_own and not asked.is_done else 1
        if asked.is_done and CORRECTS.search(low):
            room = 14
        if asked.is_partial and not is_own:
            self._characters(turn, asked, strange)
            return
        if asked.kind == "card" and is_free and (odd := ODD_DIGITS.search(low)) is not None:
            self._take(turn, *odd.span())
        for number in numbers:
            if not self._is_taken(turn, number.start, number.end):
                self._number(turn, number, asked, strange, room, is_own=is_own)
        for unsure in answers.UNSURE.finditer(low) if is_free and asked.kind in ("card", "digits", "code") else ():
            self._take(turn, *unsure.span(1), is_value=False)
        self._chained(turn, cues)
        is_theirs = not is_own and speaker != "agent"
        if (
            (asked.kind == "word" or (asked.has_word and is_free))
            and is_theirs
            and (is_free or CORRECTS.search(low) or RETRY.search(self._lows[turn - 1]))
            and (strange <= FEW or not is_of_other(cues))
        ):
            self._passwords(turn, asked, text, low)
        if asked.kind in ("code", "maybe", "digits") and strange <= room + 1:
            for start, end in answers.strong_chunks(text):
                if any(map(str.isdecimal, text[start:end])) and not self._is_other_chunk(start, cues):
                    self._take(turn, start, end)
                    asked.last, asked.digits = turn, asked.digits + end - start
            self._spelled(turn, cues, asked, strange)
            if asked.kind == "code" and is_free:
                for odd in (*DASHED.finditer(low), *SPACED.finditer(text)):
                    self._take(turn, *odd.span())

    def _spelled(self, turn: int, cues: Sequence[Cue], asked: Asked, strange: int) -> None:
        """Find a code that is spelled: ``x seven k nine``."""
        low = self._lows[turn]
        for run in answers.spelled_runs(low):
            if self._is_other_chunk(run.start, cues):
                continue
            if strange <= MANY and not FAULT.fullmatch(run.chars):
                self._take(turn, run.start, run.end)
                asked.last, asked.digits = turn, asked.digits + len(run.chars)

    def _number(  # noqa: C901, PLR0913  (what a number is held against)
        self, turn: int, number: Number, asked: Asked, strange: int, room: int, *, is_own: bool
    ) -> None:
        """Judge one number in the answer to a question."""
        size = len(number.chars)
        if asked.needs_card and asked.card_digits < 12:  # noqa: PLR2004
            _, is_card = behind_card(number)
            if not is_card:
                asked.card_digits += size
                return
            asked.card_digits += size
        if is_own and asked.kind == "code" and size > YEAR:
            room = max(room, MANY)
        if size >= YEAR and SAYS.search(self._lows[turn], 0, number.start):
            room = max(room, SAID_ROOM)
        if strange > room or (asked.is_implied and (strange > 1 or size > 4 + 4)):
            return
        if size < SHORTEST:
            self._piece(turn, number, asked, strange, is_own=is_own)
            return
        if asked.kind == "card":
            if asked.has_expiry and asked.last < 0 and size == 4 and self._is_expiry(number):  # noqa: PLR2004
                asked.has_expiry = False
                return
            if self._card(turn, number, is_near=strange == 0, has_expiry=asked.has_expiry):
                asked.last, asked.digits = turn, asked.digits + min(size, 4)
            return
        least, most = SIZES[asked.kind]
        if least <= size <= most:
            self._take(turn, number.start, number.end)
            asked.last, asked.digits = turn, asked.digits + size

    def _piece(self, turn: int, number: Number, asked: Asked, strange: int, *, is_own: bool) -> None:
        """Judge one or two digits in the answer to a question: the whole comes in pieces."""
        size, is_rule = len(number.chars), asked.kind == "word" and asked.is_mentioned
        if (is_own or is_rule) and not asked.digits:
            return
        if asked.kind == "code" and strange > 1:
            return
        is_torn = size == len(number.units) == 2 and strange <= 4 and not asked.is_done  # noqa: PLR2004
        is_alone = not is_own and strange <= MANY
        is_one = (
            size == 1
            and is_alone
            and any(SINGLE.search(self._lows[turn], 0, one.start) for one in self._of(turn) if len(one.chars) == 1)
        )
        is_soon = turn - max(asked.turn, asked.last) <= FEW // 2 and asked.kind != "word"
        is_last = is_alone and is_soon and not asked.is_implied and self._is_last(turn, number)
        is_part = strange == 0 or is_torn or is_one or is_last
        is_part = is_part or (asked.is_done and CORRECTS.search(self._lows[turn]) is not None)
        if is_part and not self._is_pronoun(turn, number):
            self._take(turn, number.start, number.end, is_value=False)
            asked.last, asked.digits = turn, asked.digits + size

    def _is_last(self, turn: int, number: Number) -> bool:
        """Return whether a digit ends what is said: ``i can't see hang on four``."""
        low = self._lows[turn]
        is_word = low[number.start : number.end] in ("one", "uno", "una", "un", "ein", "eine", "oh", "o")
        return (
            not is_word
            and answers.strange_words(low[number.end :], []) == 0
            and DEFINITE.search(low, 0, number.start) is None
        )

    def _ask(self, turn: int, cues: Sequence[Cue], secret: Sequence[Cue]) -> None:
        """Remember what a turn asks for, or that it asks for something else."""
        low, speaker, asked = self._lows[turn], self._utterances[turn].speaker, self._asked
        if secret and COUNTS.search(low):
            return
        if asked is not None and asked.speaker != speaker and not self._spans[turn] and CLARIFIES.fullmatch(low):
            return
        if secret:
            self._asked = self._question(turn, secret[-1])
            self._asked.has_word = any(cue.kind == "word" for cue in secret)
        elif asked is not None:
            self._other_turn(turn, cues, asked)

    def _question(self, turn: int, cue: Cue) -> Asked:
        """Return what a turn asks for that names a secret; a short one with the turn of the other side before it."""
        low, speaker, asked = self._lows[turn], self._utterances[turn].speaker, self._asked
        is_phrase = PHRASE.search(low, cue.start, cue.end) is not None
        is_same = asked is not None and asked.kind == cue.kind and asked.speaker == speaker
        before = self._utterances[turn - 1] if turn else None
        if before is not None and before.speaker != speaker and not self._spans[turn] and len(low.split()) <= FEW + 1:
            low = f"{self._lows[turn - 1]} {low}"
            is_answer = PART.search(low) is not None or (speaker != "agent" and "?" in before.text)
            speaker = before.speaker if is_answer else speaker
        here = bool(self._spans[turn]) or self._replaced[turn]
        return Asked(
            cue.kind,
            speaker,
            turn,
            digits=sum(len(one.chars) for one in self._of(turn) if self._is_taken(turn, one.start, one.end))
            or (LONGEST if here else 0),
            last=turn if here else -1,
            card_digits=asked.card_digits if is_same and asked else 0,
            needs_card=cue.kind == "card" and _asks_card(low),
            has_expiry=cue.kind == "card" and EXPIRY_ASKED.search(low) is not None,
            is_phrase=is_phrase,
            is_partial=(PART.search(low) is not None and cue.kind != "card")
            or (asked is not None and asked.is_partial and asked.last < 0 and asked.speaker == speaker),
            is_mentioned=MENTIONS.search(low) is not None and ASKS_FOR.search(low) is None,
        )

    def _other_turn(self, turn: int, cues: Sequence[Cue], asked: Asked) -> None:
        """Forget what is asked for where a turn asks for something else, and ask again where the answer was refused."""
        low = self._lows[turn]
        is_asker = self._utterances[turn].speaker == asked.speaker
        is_other = any(cue.kind == "other" for cue in cues)
        if is_other and not is_asker and ("?" in low or ASKS.match(low)):
            self._asked = None
        elif is_asker and asked.kind == "card" and EXPIRY_ASKED.search(low) and "?" not in low.rstrip("? "):
            asked.has_expiry = True
        elif (
            is_asker
            and (is_other or ASKS.match(low))
            and not self._spans[turn]
            and not (PROMPTS.fullmatch(low) or SPELL_IT.fullmatch(low) or FOLLOWS.fullmatch(low))
        ):
            is_part = asked.is_partial and ORDINAL.search(low) is not None
            if is_other or asked.is_done or asked.kind != "card":
                self._asked = asked if is_part else None
            else:
                asked.is_implied = True
        elif is_asker and asked.is_done and (RETRY.search(low) or PROMPTS.fullmatch(low)):
            asked.digits, asked.last = 0, -1
            asked.turn = turn


def _asks_card(low: str) -> bool:
    """Return whether a turn asks for a card's number itself, not for what is next to it."""
    return any(
        CARD_SEEN.search(low, 0, found.start()) is None and CARD_DONE.match(low, found.end()) is None
        for found in CARD_ASKED.finditer(low)
    )


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
