"""Counting the words that were said, in scripts with and without spaces between them (docs/reference/analyzers.md).

Japanese has no spaces. Its words are separated by script: Han in pairs, a run of katakana, of Latin or of digits as
one, and a run of hiragana by the cheapest way to cut it into common words, endings and the rest. That is a
count for measurement, not an analysis: over whole calls it lies within a few percent of what dictionaries give.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import chain

from auscult.domain.said.text import with_stand_ins

# Bounded, so that a text of nothing but brackets takes no longer than any other.
_BRACKETED = re.compile(r"\[[^\[\]]{0,60}\]|<[^<>]{0,60}>")
_WORD = re.compile("[^\\W_]+(?:['\u2019.-][^\\W_]+)*")
# What joins words may as well not be there, in ASCII, but where two stand together, which divides them.
_JOINED_TWICE = re.compile("['.-]{2}")
_ASCII_WORDS = bytes(code if chr(code).isalnum() else 0x20 for code in range(128)) + b" " * 128
_MAY_HAVE_MARKS = re.compile("[\u0300-\u1fff\u3099\u309a\ua800-\uabff]")
_JAPANESE = re.compile("[\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")
_RUN = re.compile(
    "(?P<hiragana>[\u3041-\u309f\u30fc]+)|(?P<han>[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]+)"
    "|[\u30a0-\u30ff\u31f0-\u31ff]+|[^\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff]+"
)
_KEEP_CHARACTERS = 2_000
_JOINERS = "\u200c\u200d"

_LISTED = (
    # particles
    "が を は に へ と で も の や か ね よ な から まで より だけ など ほど くらい ぐらい しか さえ こそ ばかり ずつ ので のに けど けれど",
    "たら なら ながら って とか たり ても でも では じゃ じゃあ について において にて",
    # endings, auxiliaries
    "て た だ ば し れ ん ず ら う お ご ます まし ませ です でし でしょう ましょう だっ だろ だろう たい たく たかっ ない なく なかっ なけれ",
    "させ せる させる られ れる られる そう よう みたい はず わけ つもり",
    # verbs that are written without Han
    "ありがとう ござい ございます ございまし ございませ ください くださ くださる いただき いただけ いただく いただい いたし おり なっ なる なり ある",
    "あり あっ あろ い いる いっ いう する すれ さ でき できる しまい しまっ しまう もらえ もらい もらう くれ くれる かかる かかり かかっ",
    "おっしゃい おっしゃる いらっしゃい いらっしゃる わかる わかり わかっ まいり まいる かしこまり おかけ",
    # pointing and asking
    "この その あの どの これ それ あれ どれ ここ そこ あそこ どこ こちら そちら あちら どちら どう どなた いつ なに なん いかが いくら",
    "いくつ なぜ どうして こと もの ところ ため とき あと うち ほう ほか たび さん さま みなさん",
    # what stands alone
    "はい いいえ ええ え あ うん ううん えー えっと えーと あのー まあ まだ もう ちょっと すぐ とても もっと また ただ ただいま しばらく どうぞ",
    "どうも よろしい よろしく よろしかっ すみません ごめんなさい もし もしもし こんにちは こんばんは おはよう さようなら そして それで",
    "それでは だから しかし あまり いい よい よく たぶん やはり やっぱり ちゃんと きちんと いろいろ すべて たくさん ほんとう",
)
_COMMON = frozenset(chain.from_iterable(map(str.split, _LISTED)))
_LONGEST = max(map(len, _COMMON))
_KNOWN = 1.0
_UNKNOWN, _UNKNOWN_EACH = 0.5, 1.1
_INFLECTION, _INFLECTION_EACH = 0.6, 0.9
_LONGEST_INFLECTION = 3


def count_words(text: str) -> int:
    """Count the words that were said; ``don't`` and ``e-mail`` are one each.

    A mark in brackets is one word when it is in capitals, where it replaces something redacted (``[PII]``), and
    none otherwise, where it names a sound (``[noise]``). So are placeholders of redaction (``[name 1]``).
    """
    return _kept_count(text) if len(text) <= _KEEP_CHARACTERS else _count(text)


def _count(text: str) -> int:
    spoken = text
    if "[" in text or "<" in text:
        spoken = _BRACKETED.sub(lambda mark: " redacted " if mark.group().isupper() else " ", with_stand_ins(text))
    if spoken.isascii():
        if _JOINED_TWICE.search(spoken):
            return len(_WORD.findall(spoken))
        return len(spoken.encode().translate(_ASCII_WORDS, b"'.-").split())
    if _MAY_HAVE_MARKS.search(spoken):
        spoken = _without_marks(spoken)
    if not _JAPANESE.search(spoken):
        return len(_WORD.findall(spoken))
    return sum(_words_within(match.group()) for match in _WORD.finditer(spoken))


def _without_marks(text: str) -> str:
    """Signs of vowels and the like are parts of a word and no gaps in it, though they are no letters."""
    composed = unicodedata.normalize("NFC", text)
    return "".join([one for one in composed if one not in _JOINERS and not unicodedata.category(one).startswith("M")])


def _words_within(unspaced: str) -> int:
    """Count the words in Japanese without spaces; 1 for anything else."""
    if not _JAPANESE.search(unspaced):
        return 1
    count = end_of_han = 0
    for run in _RUN.finditer(unicodedata.normalize("NFKC", unspaced)):
        if run.lastgroup == "hiragana":
            count += _words_of_hiragana(run.group(), run.start() == end_of_han and end_of_han > 0)
        elif run.lastgroup == "han":
            count += -(-len(run.group()) // 2)
            end_of_han = run.end()
        else:
            count += 1
    return count


@lru_cache(maxsize=4_096)
def _words_of_hiragana(run: str, after_han: bool) -> int:  # noqa: FBT001  (kept by position)
    """Count the words in the cheapest cut of a run. Right after Han its beginning may be that word's inflection."""
    best = [(0.0, 0)] + [(float("inf"), 0)] * len(run)
    for start in range(len(run)):
        cost, words = best[start]
        for length in range(1, min(_LONGEST, len(run) - start) + 1):
            piece = run[start : start + length]
            price = _KNOWN if piece in _COMMON else _UNKNOWN + _UNKNOWN_EACH * length
            best[start + length] = min(best[start + length], (cost + price, words + 1))
            if after_han and start == 0 and length <= _LONGEST_INFLECTION:
                best[length] = min(best[length], (_INFLECTION + _INFLECTION_EACH * length, 0))
    return best[-1][1]


# Speech figures, habits and metrics count the same turns. Long ones are not kept, so that memory stays small.
_kept_count = lru_cache(maxsize=4_096)(_count)
