"""What ``make bench`` measures: commands, and which numbers of what they print stand in the table."""

from collections.abc import Mapping
from typing import NamedTuple

Sizes = Mapping[str, int]

FULL: Sizes = {
    "count": 20_000,
    "runs": 3,
    "flow": 10_000,
    "seconds": 30,
    "rows": 1_000_000,
    "page_s": 10,
    "many": 10_000_000,
    "few": 100_000,
    "export": 300_000,
    "insights": 100_000,
    "assist_s": 30,
    "passages": 10_000,
    "messages": 500,
    "judged": 50,
    "analysed": 4_000,
    "draws": 1_500,
    "call_s": 600,
    "longest_s": 4 * 3600,
    "megabytes": 2_048,
    "at_once": 500,
}
SMALL: Sizes = {
    "count": 400,
    "runs": 1,
    "flow": 1_000,
    "seconds": 4,
    "rows": 5_000,
    "page_s": 1,
    "many": 20_000,
    "few": 2_000,
    "export": 5_000,
    "insights": 2_000,
    "assist_s": 5,
    "passages": 200,
    "messages": 50,
    "judged": 3,
    "analysed": 100,
    "draws": 20,
    "call_s": 6,
    "longest_s": 30,
    "megabytes": 4,
    "at_once": 5,
}
"""So small that all of it can be tried; the figures then mean nothing."""


class Figure(NamedTuple):
    """One number: ``pattern`` finds it, every time that it is printed in a case of its own, as the group ``n``."""

    name: str
    pattern: str
    unit: str
    goal: str = ""


class Measure(NamedTuple):
    """A command and its figures. ``databases``: on which it is run, each new; none where it needs none."""

    name: str
    words: str
    figures: tuple[Figure, ...]
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    more: str = ""
    """What is added where the database is PostgreSQL; {few} is a second database."""


_N = r"(?P<n>[\d,]+(?:\.\d+)?)"
_TWO = r" *\S+ +\S+ +"
"""Two cells of a row."""
_PER_S = "conversations/s"

MEASURES = (
    Measure(
        "load",
        "bench.qa load --analyzers all --count {count} --runs {runs}",
        (
            Figure(
                "QA-14x8 loaded until readable, every analyzer",
                rf"load, with analysis\s+{_N} conv",
                _PER_S,
                "≥ half of scores alone",
            ),
        ),
    ),
    Measure(
        "scores",
        "bench.qa load --analyzers none --count {count} --runs {runs}",
        (Figure("QA-14x8 loaded until readable, scores alone", rf"load, scores alone\s+{_N} conv", _PER_S, "≥ 600"),),
    ),
    Measure(
        "score",
        "bench.qa score form20 --count {count} --runs {runs}",
        (
            Figure("`auscult score`, every analyzer", rf"score, with analysis\s+{_N} conv", _PER_S),
            Figure("`auscult score`, scores alone", rf"score, scores alone\s+{_N} conv", _PER_S, "≥ 1,000"),
            Figure("a form of twenty metrics, scores alone", rf"form20, scores alone\s+{_N} conv", _PER_S, "≥ 700"),
        ),
        databases=(),
    ),
    Measure(
        "flow",
        "bench.flow accepted live --count {flow} --seconds {seconds}",
        (
            Figure("accepted over HTTP, 500 a request", rf"1 worker\(s\): {_N} accepted/s", _PER_S, "≥ 1,000"),
            Figure(
                "until readable, one worker, every analyzer", rf"1 worker\(s\): .* {_N} readable/s", _PER_S, "≥ 400"
            ),
            Figure("live at 50/s, accepted until readable, p50", rf"p50 {_N} ms", "ms"),
            Figure("live at 50/s, accepted until readable, p99", rf"p99 {_N} ms", "ms", "< 2,000"),
        ),
    ),
    Measure(
        "alone",
        "bench.flow accepted --analyzers none --count {flow}",
        (Figure("until readable, one worker, scores alone", rf"1 worker\(s\): .* {_N} readable/s", _PER_S, "≥ 400"),),
    ),
    Measure(
        "two",
        "bench.flow two --count {flow}",
        (Figure("until readable, two workers", rf"2 worker\(s\): .* {_N} readable/s", _PER_S, "≥ 1.5 times one"),),
        databases=("postgresql",),
    ),
    Measure(
        "pages",
        "bench.pages --rows {rows} --seconds {page_s} --pull scorereporting",
        (
            Figure("first page of the widest range", rf"widest range, first page\s+{_N} pages", "pages/s"),
            Figure(
                "… beside the same bytes from memory", r"first page +[\d,]+ pages/s +(?P<n>[\d.]+) of memory", "share"
            ),
            Figure("page at offset 90 %", rf"widest range, offset \S+\s+{_N} pages", "pages/s"),
            Figure("first page of one queue", rf"filtered by queue\s+{_N} pages", "pages/s"),
            Figure("random offsets, a new connection each", rf"random offsets.*?\s{_N} pages", "pages/s"),
            Figure("whole pull by one client", rf"one client: {_N} conv", _PER_S),
        ),
    ),
    Measure(
        "growth",
        "bench.growth --rows {many} --beside {few} --seconds {page_s}",
        (
            Figure(
                "first page: many rows beside few",
                rf"first page of everything.*: +{_N} times",
                "times the time",
                "≤ 1.3",
            ),
            Figure(
                "offset at 90 %: many rows beside few", rf"offset at 90 %.*: +{_N} times", "times the time", "≤ 1.3"
            ),
            Figure(
                "random offsets: many rows beside few", rf"random offsets.*: +{_N} times", "times the time", "≤ 1.3"
            ),
            Figure("one day: many rows beside few", rf"one day.*: +{_N} times", "times the time", "≤ 1.3"),
            Figure("one queue: many rows beside few", rf"one queue.*: +{_N} times", "times the time", "≤ 1.3"),
        ),
        more="--few {few_database}",
    ),
    Measure(
        "export",
        "bench.exporting --rows {export}",
        (
            Figure("export to Parquet", rf"parquet\s+{_N} rows/s", _PER_S, "≥ 20,000"),
            Figure("export to NDJSON", rf"ndjson\s+{_N} rows/s", _PER_S),
        ),
    ),
    Measure(
        "rescore",
        "bench.rescore --count {count}",
        (
            Figure("scored anew after a change of one metric", rf"again\s+{_N} conv", _PER_S),
            Figure("… beside the first scoring", rf"{_N} times as fast on the clock", "times as fast"),
        ),
    ),
    Measure(
        "insights",
        "bench.insights --count {insights}",
        (Figure("overview of insights, conversations counted", rf"of processor\), {_N} a second", _PER_S),),
    ),
    Measure(
        "assist",
        "bench.assist --rate 50 --seconds {assist_s} --passages {passages}",
        (
            Figure("suggestion heard, 50 messages/s, p50", rf"suggestion heard\s+p50\s+{_N} ms", "ms"),
            Figure("suggestion heard, 50 messages/s, p99", rf"suggestion heard.*p99\s+{_N} ms", "ms"),
        ),
    ),
    Measure(
        "assist-page",
        "bench.assist_page --messages {messages} --passages {passages}",
        (
            Figure(
                "assist page, 500 messages at 50/s, longest task",
                rf"streamed in .*\({_N} ms of the processor\)",
                "ms of the processor",
                "< 50",
            ),
            Figure(
                "assist page of 500 messages opened, longest task",
                rf"opened again .*\({_N} ms of the processor\)",
                "ms of the processor",
                "< 50",
            ),
        ),
        databases=(),
    ),
    Measure(
        "audits",
        "bench.audits --rows {rows}",
        (
            Figure("preview of a plan beside a bare indexed read", rf"preview .*, {_N} times", "times as long"),
            Figure("next item beside the read of one row", rf"next item .*, {_N} times", "times as long"),
        ),
    ),
    Measure(
        "scrape",
        "bench.scrape --rows {rows}",
        (Figure("scrape of the metrics", rf"scrape {_N} ms", "ms", "< 100"),),
    ),
    Measure(
        "statistics",
        "bench.statistics --draws {draws}",
        (
            Figure("lowest coverage of an interval with 95 %", rf"lowest coverage {_N} %", "%", "≥ 93"),
            Figure("highest coverage of an interval with 95 %", rf"highest coverage {_N} %", "%"),
        ),
        databases=(),
    ),
    Measure(
        "redaction",
        "bench.redaction.cost --rounds {runs}",
        (Figure("processor time of redaction", rf"redaction\s+{_N} ms", "ms a conversation", "≤ 0.4"),),
        databases=(),
    ),
    Measure(
        "recordings",
        "bench.recordings --seconds {call_s} --longest {longest_s} --megabytes {megabytes} --many {at_once}",
        (
            Figure("figures from sound", rf"figures: {_N} hours", "hours of stereo sound a minute"),
            Figure("peaks", rf"peaks: {_N} hours", "hours of stereo sound a minute"),
            Figure("derivative for browsers", rf"derivative: {_N} hours", "hours of stereo sound a minute"),
            Figure("redacted copy", rf"redacted copy: {_N} hours", "hours of stereo sound a minute"),
            Figure("memory, peaks of the longest file", rf"peaks of .* hours: {_N} MB", "MB", "< 300"),
            Figure("memory, derivative of the longest file", rf"derivative of .* hours: {_N} MB", "MB", "< 300"),
            Figure("memory, adding the largest file", rf"adding .* GB: {_N} MB", "MB", "< 300"),
            Figure("memory, adding many at once", rf"adding \d+ at once: {_N} MB", "MB", "< 300"),
        ),
        databases=(),
    ),
    Measure(
        "analyzers",
        "bench.analyzers --count {analysed} --rounds {runs}",
        (
            Figure(
                "processor time of all analyzers", rf"all analyzers, engines included\s+{_N} ms", "ms a conversation"
            ),
        ),
        databases=(),
    ),
    Measure(
        "judge",
        "bench.judge --count {judged}",
        (
            Figure("calls of a judge a conversation, 20 statements", rf"calls a conversation: {_N}", "calls"),
            Figure("prompt tokens beside one call a metric", rf"that is 1/{_N};", "times fewer"),
        ),
        databases=(),
    ),
    Measure(
        "visibility",
        "bench.visibility --rows {few}",
        (
            Figure(
                "a page filtered by 5 queues, with grants on them",
                rf"5 queues granted, all filtered{_TWO}{_N}",
                "times",
                "≤ 1.1",
            ),
            Figure(
                "… the first after a change", rf"5 queues granted, all filtered{_TWO}\S+{_TWO}{_N}", "times", "≤ 1.1"
            ),
            Figure("a page seen by a grant on a team of 10", rf"team of 10 granted {_TWO}{_N}", "times", "≤ 1.1"),
        ),
    ),
)
