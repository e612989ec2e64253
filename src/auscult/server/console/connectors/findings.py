"""The results of a connector's wizard: what a trial and a dry run found, and the list of steps."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auscult.domain.errors import from_store
from auscult.domain.operations.records import made_from
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.connectors.runs_view import counts_word
from auscult.server.console.connectors.wizard_view import (
    FIELDS,
    FORMAT_WORDS,
    IT_IS,
    IT_IS_WRITTEN,
    WHO,
    DryView,
    Made,
    Reject,
    TriedView,
    columns_in,
    keyed,
    text,
)
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.reader import Reader
from auscult.services.connectors.checking import Check
from auscult.services.connectors.trying import LISTED, Tried

_UNSAID = re.compile(r"nothing says who '(?P<value>.*)' is; add it to speakers")
_UNDECIDED = re.compile(r"choose (?P<option>date_order|decimal):")
_UNNAMED = re.compile(r"name (?:it|them) in columns\.(?P<what>[a-z_]+)")


def tried_view(made: Made, mark: str) -> TriedView | None:
    """Show the results of a trial."""
    tried, reader = made.seen.tried, made.reader
    if tried is None:
        return None
    sample, held = tried.sample, {column: what for what, column in columns_in(made).items()}
    rows = ""
    if sample is not None:
        n = reader.number(sample.total)
        rows = ngettext("{file}, its only row", "{file}, the first {few} of {n} rows", sample.total).format(
            file=tried.key, few=len(sample.rows), n=n
        )
    return made_from(
        TriedView,
        tried,
        said="" if tried.problem else _answered(tried, reader),
        problem=sentence(from_store(tried.problem)),
        is_old=made.seen.of_place != mark,
        rows_said=rows,
        columns=sample.columns if sample else (),
        heads=tuple(_(FIELDS[held[each]]) if each in held else "" for each in sample.columns) if sample else (),
        rows=sample.rows if sample else (),
        fault=tried.fault or (sample.problem if sample else ""),
    )


def _answered(tried: Tried, reader: Reader) -> str:
    took = reader.number(tried.took_ms / 1000, 1)
    if not tried.listed:
        return _("It answers in {s} s. Nothing lies there: look at the folder once more.").format(s=took)
    more = _("more than {n}").format(n=reader.number(tried.listed)) if tried.listed >= LISTED else ""
    files = ngettext("{n} file", "{n} files", tried.listed).format(n=more or reader.number(tried.listed))
    newest = _(", the newest from {when}").format(when=reader.lately(tried.newest)) if tried.newest else ""
    if not tried.fitting:
        left = _("None of them is of the format, or fits what is to be read.")
        return _("It answers in {s} s: {files}{newest}. {rest}").format(s=took, files=files, newest=newest, rest=left)
    return _("It answers in {s} s: {files}{newest}.").format(s=took, files=files, newest=newest)


def dry_view(made: Made, mark: str) -> DryView | None:
    """Show the results of a dry run, refusals of one reason together."""
    dry, reader = made.seen.dry, made.reader
    if dry is None:
        return None
    counts = dry.counts
    fitting = counts.listed - counts.left_out
    done = counts.read + counts.postponed + counts.known
    problem = next((each for each in (dry.access, dry.path) if each not in ("ok", "")), "")
    said = _("Would read {n} conversations from {files} files, and refuse {refused}.").format(
        n=reader.number(counts.new), files=reader.number(counts.read), refused=reader.number(counts.refused)
    )
    if done < fitting:
        said = _("{said} These are the first; {rest} more files were not tried.").format(
            said=said, rest=reader.number(fitting - done)
        )
    return DryView(
        said="" if problem else said,
        problem=sentence(from_store(problem)),
        counts=counts_word(counts, reader),
        rejects=tuple(_rejects(made, dry)),
        mapped=dry.mapped[:10],
        queues=made.queues,
        unknown=tuple(f"{kind}: {name}" for kind, _colon, name in (each.partition(":") for each in dry.unknown)),
        is_old=made.seen.of_document != mark,
    )


def _rejects(made: Made, dry: Check) -> Iterator[Reject]:
    """Yield refusals, those of one reason as one."""
    grouped: dict[str, list[Any]] = {}
    for each in dry.refused:
        grouped.setdefault(each.reason, []).append(each)
    held = {column: what for what, column in columns_in(made).items()}
    for reason, rows in grouped.items():
        first, fixes, field = rows[0], list[tuple[str, str]](), ""
        unsaid, unnamed = _UNSAID.search(reason), _UNNAMED.search(reason)
        undecided = _UNDECIDED.search(reason)
        column = first.where.partition(".")[2]
        if undecided:
            option = f"{undecided['option']}/"
            fixes = [(f"write:{each}", _(word)) for each, word in IT_IS_WRITTEN.items() if each.startswith(option)]
        elif unsaid:
            fixes = [(f"is:{who}/{keyed(unsaid['value'])}", _(IT_IS[who])) for who in WHO]
        elif unnamed:
            field = f"s-options.columns.{unnamed['what']}"
        elif column in held:
            field = f"s-options.columns.{held[column]}"
        keys = list(dict.fromkeys(each.key for each in rows))
        if not fixes and len(keys) == 1:
            fixes.append((f"leave:{keyed(first.key)}", _("Leave out this file")))
        more = ngettext("and {n} more", "and {n} more", len(rows) - 1).format(n=len(rows) - 1) if len(rows) > 1 else ""
        yield Reject(
            key=first.key,
            where=first.where,
            reason=sentence(from_store(reason)),
            more=more,
            fixes=tuple(fixes),
            field=field,
        )


def steps(made: Made, view: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return, by step, what is settled in it, and its state: ``done``, ``due``, or empty."""
    tried: TriedView | None = view["tried"]
    dry: DryView | None = view["dry"]
    fields = {each.field.partition(".")[0].partition("[")[0] for each in made.problems}
    missing = sum(bool(each.control.faults) for each in view["columns"])
    place = text(made.value.get("place"))
    about: dict[str, tuple[str, str]] = {
        "place": (place, "due" if {"place", "name"} & fields or made.kind is None else "done"),
        "connection": (_("Not tested yet"), ""),
        "format": (
            _(FORMAT_WORDS.get(text(made.value.get("format")), "")) or "",
            "due" if "format" in fields else "done",
        ),
        "columns": (_("The format knows its own"), "done"),
        "schedule": (view["schedule_said"], "due" if {"every", "since"} & fields else "done"),
        "dry": (_("Reads, and stores nothing"), ""),
        "text": (_("The same as YAML"), ""),
    }
    if tried is not None:
        words = tried.problem or tried.said
        if tried.problem and not tried.is_old and tried.field == "place":
            about["place"] = (place, "due")
        about["connection"] = (
            (_("Changed since the test"), "") if tried.is_old else (words, "due" if tried.problem else "done")
        )
    if view["missing"] and (tried is None or tried.is_old):
        about["connection"] = (view["missing"], "due")
    if view["is_described"]:
        said = ngettext("{n} still to choose", "{n} still to choose", missing).format(n=missing)
        settled = _("Chosen") if made.sample else _("After the test of the connection")
        about["columns"] = (said, "due") if missing else (settled, "done" if made.sample else "")
    if dry is not None:
        words = _("Changed since the dry run") if dry.is_old else dry.problem or dry.said
        about["dry"] = (words, "" if dry.is_old else "due" if dry.problem or dry.rejects else "done")
    return about
