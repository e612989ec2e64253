"""Plug-ins that cannot be used: each is refused with its package named, and doctor tells of all."""

import sys
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from auscult import plugins
from auscult.bootstrap.engines import _names_of_ours
from auscult.domain.engines import Engine, RemoteEngine
from auscult.domain.probe import Probe, Similarity
from auscult.plugins import PluginError
from tests.data_files import data_of

GOOD = """
from auscult.metrics.manual import Manual, Settings
class Kind(Manual):
    name = "by_mood"
    scorings = frozenset({"points"})
"""
ENGINE = """
from auscult.domain.probe import Similarity
class Mind:
    probe = Similarity
    version = "mind 1"
    def answer(self, probes): return []
class Far:
    kinds = frozenset({Similarity})
    version = "far 1"
    at_once = 1
    def ask(self, questions): return iter(())
    def close(self): pass
class Bare:
    pass
class Deaf:
    probe = int
    version = "1"
    def answer(self, probes): return []
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package on the path: its name, its code, and its entry points as ``group name = attribute``."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(name: str, code: str, *points: str, version: str = "1.0") -> None:
        module = name.replace("-", "_")
        monkeypatch.delitem(sys.modules, module, raising=False)
        (tmp_path / f"{module}.py").write_text(code)
        told = tmp_path / f"{module}-{version}.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = (point.partition(" ") for point in points)
        entries = (f"[auscult.{group}]\n{rest.replace('= ', f'= {module}:')}\n" for group, _, rest in lines)
        (told / "entry_points.txt").write_text("\n".join(entries))

    return put


def ours(group: str) -> Collection[str]:
    """The names that are taken."""
    return _names_of_ours(group)


def refusal() -> PluginError:
    """Why what is installed cannot be used; doctor says the same."""
    with pytest.raises(PluginError) as refused:
        plugins.load(ours)
    told = [one.error.message for one in plugins.examine(ours) if one.error]
    assert refused.value.message in told
    return refused.value


def test_nothing_installed_adds_nothing() -> None:
    """And loads no shelf."""
    assert plugins.load(ours) == {}
    assert list(plugins.examine(ours)) == []


def test_what_is_right_is_loaded(install: Install) -> None:
    """By group and name; an engine is not made yet."""
    install("auscult-mood", GOOD, "metrics by_mood = Kind")
    install("auscult-mind", ENGINE, "engines mind = Mind", "engines far = Far")
    added = plugins.load(ours)
    assert added[plugins.METRICS]["by_mood"].name == "by_mood"
    assert added[plugins.ENGINES]["mind"]().version == "mind 1"
    assert [str(one.plugin) for one in plugins.examine(ours) if one.error is None] == [
        "engine far of auscult-mind 1.0",
        "engine mind of auscult-mind 1.0",
        "metric type by_mood of auscult-mood 1.0",
    ]


@pytest.mark.parametrize(
    ("code", "point", "reason", "told"),
    [
        *data_of(__file__, "what_cannot_be_used_is_refused"),
        (GOOD, "metrics by_question = Kind", "plugin.shadows", "has the name of one that comes with auscult"),
        (GOOD, "analyzers sentiment = Kind", "plugin.shadows", "has the name of one"),
        (GOOD, "analyzers summary = Kind", "plugin.shadows", "has the name of one"),
        (GOOD, "formats native = Kind", "plugin.shadows", "has the name of one"),
        (GOOD, "engines wordllama = Kind", "plugin.shadows", "has the name of one"),
        (GOOD, "metrics by_other = Kind", "plugin.invalid", "calls itself 'by_mood', and its entry point 'by_other'"),
        (
            GOOD + "    def judge(self, settings): pass",
            "metrics by_mood = Kind",
            "plugin.invalid",
            "has a judge that does not take (settings, conversation, answers, insights)",
        ),
        (
            GOOD + "    channels = frozenset({'fax'})",
            "metrics by_mood = Kind",
            "plugin.invalid",
            "channels that are not",
        ),
        (GOOD + "    settings_type = dict", "metrics by_mood = Kind", "plugin.invalid", "no msgspec.Struct"),
    ],
)
def test_what_cannot_be_used_is_refused(install: Install, code: str, point: str, reason: str, told: str) -> None:
    """It shadows nothing of ours, and an error names package, entry point and what would be right."""
    install("auscult-bad", code, point)
    error = refusal()
    assert error.reason == reason
    assert told in error.message
    assert "of auscult-bad 1.0" in error.message


def test_one_name_from_two_packages_is_refused(install: Install) -> None:
    """Nobody should have to guess which of them decides; the same package twice on the path is one."""
    install("auscult-one", GOOD, "metrics by_mood = Kind")
    install("auscult-two", GOOD, "metrics by_mood = Kind")
    error = refusal()
    assert error.reason == "plugin.twice"
    assert "auscult-one 1.0" in error.message
    assert "auscult-two 1.0" in error.message


@pytest.mark.parametrize(("maker", "told"), [("Bare", "has no probe"), ("Deaf", "answers none of the kinds of probe")])
def test_an_engine_is_looked_at_when_it_is_made(install: Install, maker: str, told: str) -> None:
    """Making one may take long, so that only those that are named are made; doctor makes all."""
    install("auscult-mind", ENGINE, f"engines mind = {maker}")
    make = plugins.load(ours)[plugins.ENGINES]["mind"]
    with pytest.raises(PluginError, match=told):
        make()
    assert [one.error.reason for one in plugins.examine(ours) if one.error] == ["plugin.invalid"]


def test_a_chosen_engine_takes_the_place_of_whoever_answered(install: Install) -> None:
    """Near or far, there is one engine for a kind of probe."""
    install("auscult-mind", ENGINE, "engines mind = Mind", "engines far = Far")
    makers = plugins.load(ours)[plugins.ENGINES]
    near: dict[type[Probe], Engine] = {}
    far: dict[type[Probe], RemoteEngine] = {}
    plugins.put_in_place(" mind ,", makers, near, far)
    assert (near[Similarity].version, far) == ("mind 1", {})
    plugins.put_in_place("far", makers, near, far)
    assert (near, far[Similarity].version) == ({}, "far 1")
