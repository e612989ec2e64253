"""Words that a person wrote, out of what carries them: HTML, a whole e-mail, a reply with what it quotes.

All of it takes time in proportion to its input, which the parsers of the standard library do not (``<a <a <a …``).
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from html import unescape

_NAME = r"[a-z][a-z0-9-]*+(?::[a-z][a-z0-9-]*+)?(?=[\s/>])"
_TAG = re.compile(
    rf"""<(?P<end>/?)(?P<name>{_NAME})(?P<attributes>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>"""
    rf"""|<(?P<loose_end>/?)(?P<loose>{_NAME})[^<>]*+>|<[!?/][^<>]*+>""",
    re.IGNORECASE,
)
_RAW = {name: re.compile(rf"</{name}(?=[\s/>])[^<>]*+>?", re.IGNORECASE) for name in ("script", "style", "title")}
_DROPPED = frozenset({"head", "template", "svg", "noscript", "select", "blockquote"})
_ENDED_BY_NEXT = frozenset({"p", "li", "tr", "td", "th", "dt", "dd"})
_VOID = frozenset(
    {"br", "hr", "img", "input", "link", "meta", "wbr", "area", "base", "col", "embed", "source", "track"}
)
_BLOCKS = frozenset(
    {
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "hr",
        "table",
        "section",
        "article",
        "header",
        "footer",
        "pre",
        "dt",
        "dd",
    }
    | {f"h{level}" for level in range(1, 7)}
)
_HIDING = re.compile(
    r"""(?:^|[\s"'])hidden(?:$|[\s=/])|\bstyle\s*=[^>]{0,500}?(?:display\s*:\s*none|visibility\s*:\s*hidden)""",
    re.IGNORECASE,
)
_QUOTING = re.compile(r"\b(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|zmail_extra)\b")
_QUOTED = "\n>\n"
"""In place of a quotation, so that the line above it is recognised as its beginning."""

_QUOTE_LINE = re.compile(r"\s*>(?!\d)")
_WROTE = re.compile(
    r"\s*(?:on|am|el|le|em|il|op)\b[^\n]{4,200}?\b"
    r"(?:wrote|schrieb|escribió|a écrit|escreveu|ha scritto|schreef)\b[^\n]{0,120}:\s*",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_ORIGINAL = re.compile(
    r"\s*-{3,}\s*(?:original message|ursprüngliche nachricht|mensaje original|message d'origine|mensagem original)"
    r"\s*-{3,}\s*",
    re.IGNORECASE,
)
_SENDER = re.compile(r"\s*\*?(?:from|von|de)\s?:\*?\s+\S", re.IGNORECASE)
_DETAIL = re.compile(
    r"\s*\*?(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|enviado|fecha|para|asunto|envoyé|à|objet|data|assunto)"
    r"\s?:",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\s*\*?(?:subject|betreff|asunto|objet|assunto)\s?:", re.IGNORECASE)
_HEADERS = re.compile(r"(?:[A-Za-z][A-Za-z-]*:[^\n]*\n(?:[ \t][^\n]*\n)*+){3,}+\n")
_MAIL = re.compile(
    r"^(?:From|Subject|Date|Message-ID|Received|Return-Path|MIME-Version):", re.IGNORECASE | re.MULTILINE
)
_LEAST_HEADERS = 3
_LONG_HEADER = re.compile(r"^content-[a-z-]+:(?:[^\n]|\n[ \t]){1000}", re.IGNORECASE | re.MULTILINE)
_MOST_PARTS, _MOST_LEVELS = 200, 20
"""Of an e-mail. The parser's time grows with the square of the length of a header, and with parts within parts."""


def words_of(markup: str) -> str:
    """Return the words of HTML that a reader sees, each block on a line: no style sheet, script, title or hidden part.

    A quotation is a line with ``>``, which ``own_words`` removes.
    """
    lines = unescape("".join(_seen(markup))).replace("\xa0", " ").split("\n")
    return "\n".join(line for each in lines if (line := " ".join(each.split())))


def own_words(text: str) -> str:
    """Return what the writer of a reply wrote: without the lines that it quotes, and what introduces them.

    A text that is nothing but a quotation stays as it is.
    """
    lines = text.splitlines()
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            kept.append("")
            at += 1
            continue
        if _ORIGINAL.fullmatch(line) or _is_header(lines, at):
            break
        wrote = _wrote(lines, at)
        if wrote and any(_QUOTE_LINE.match(each) for each in lines[at + wrote : at + wrote + 3]):
            at += wrote
            continue
        if wrote and _DIGIT.search("".join(lines[at : at + wrote])):  # programs write the date, people rarely
            break
        if not _QUOTE_LINE.match(line):
            kept.append(line)
        at += 1
    return "\n".join(kept).strip() or "\n".join(line for line in lines if line.strip() != ">").strip()


def is_mail(text: str) -> bool:
    """Return whether a text is an e-mail with its headers."""
    headers = _HEADERS.match(text.replace("\r\n", "\n"))
    return headers is not None and len(_MAIL.findall(headers[0])) >= _LEAST_HEADERS


def mail_words(source: str) -> str:
    """Return the words of an e-mail with its headers: of its plain part, or else of its HTML.

    Of one that the parser would need minutes for, everything behind its headers.
    """
    source = source.replace("\r\n", "\n")
    rest = source.partition("\n\n")[2].strip() or source
    if _is_intricate(source):
        return rest
    try:
        part = message_from_bytes(source.encode(), policy=policy.default).get_body(("plain", "html"))
        if part is None:
            return source
        words = str(part.get_content())
    except Exception:  # noqa: BLE001  (the package raises what it meets in headers that are no headers)
        return rest
    return words_of(words) if part.get_content_subtype() == "html" else words.strip()


def _is_intricate(source: str) -> bool:
    levels = source.lower().count("multipart/")
    return source.count("\n--") > _MOST_PARTS or levels > _MOST_LEVELS or _LONG_HEADER.search(source) is not None


def _seen(markup: str) -> Iterator[str]:
    """Yield the texts that are shown, with line breaks at the borders of blocks."""
    at, has_comments = 0, True
    hidden: list[str] = []
    while (start := markup.find("<", at)) >= 0:
        yield "" if hidden else markup[at:start]
        if markup.startswith("<!--", start) and has_comments:
            at = markup.find("-->", start + 4) + 3
            has_comments = at > start
            at = at if has_comments else start
        elif (tag := _TAG.match(markup, start)) is None:
            at = start + 1
            yield "" if hidden else "<"
        else:
            name, is_end = (tag["name"] or tag["loose"] or "").lower(), bool(tag["end"] or tag["loose_end"])
            at = tag.end()
            if name in _RAW and not is_end:
                closing = _RAW[name].search(markup, at)
                at = closing.end() if closing else len(markup)
            elif hidden:
                _nest(hidden, name, is_end=is_end)
            else:
                yield _begun(hidden, name, "/" if is_end else tag["attributes"] or "")
    yield "" if hidden else markup[at:]


def _begun(hidden: list[str], name: str, attributes: str) -> str:
    """Return what is shown in place of a tag, ``attributes`` being ``/`` at an end; note an element that is hidden."""
    shown = None if attributes == "/" or name in _VOID else _hides(name, attributes)
    if shown is not None:
        hidden.append(name)
        return shown
    return "\n" if name in _BLOCKS else " " if name in ("td", "th") else ""


def _hides(name: str, attributes: str) -> str | None:
    """Return what is shown in place of an element whose content is not; None where it is."""
    if name == "blockquote" or _QUOTING.search(attributes):
        return _QUOTED
    return "" if name in _DROPPED or _HIDING.search(attributes) else None


def _nest(hidden: list[str], name: str, *, is_end: bool) -> None:
    """Count elements of the name of the hidden one, up to its end."""
    if name == hidden[0]:
        if is_end or name in _ENDED_BY_NEXT:
            hidden.pop()
        else:
            hidden.append(name)


def _wrote(lines: list[str], at: int) -> int:
    """Return how many lines introduce a quotation here: one, or two where a program broke it."""
    if _WROTE.fullmatch(lines[at]):
        return 1
    is_broken = at + 1 < len(lines) and lines[at + 1].rstrip().endswith(":")
    return 2 if is_broken and _WROTE.fullmatch(f"{lines[at]} {lines[at + 1]}") else 0


def _is_header(lines: list[str], at: int) -> bool:
    """Return whether the header of a quoted e-mail begins here, as some programs write it; a subject belongs to it."""
    if not _SENDER.match(lines[at]):
        return False
    after = lines[at + 1 : at + 6]
    details = sum(_DETAIL.match(one) is not None for one in after)
    return details > 1 and any(_SUBJECT.match(one) for one in after)
