"""SHELF: outside minds that answer probes. One engine a file, and one line here."""

from collections.abc import Callable, Mapping
from pathlib import Path

from auscult.domain.delivery.addresses import Networks
from auscult.domain.engines import RemoteEngine
from auscult.domain.errors import SettingsError
from auscult.domain.probe import Probe
from auscult.engines._contract import Engine
from auscult.engines._outside.asking import Outside
from auscult.engines._outside.hosts import Hosts, read_hosts
from auscult.engines.acts import DialogueActs
from auscult.engines.ai_agents import AiAgents
from auscult.engines.heads import Heads
from auscult.engines.learner import Learner
from auscult.engines.lookups import Lookups
from auscult.engines.meaning import Meaning, is_installed
from auscult.engines.semantic import Semantic
from auscult.engines.tables import Tables, in_folder
from auscult.engines.taught import Taught, Teacher
from auscult.engines.wordllama import WordLlama

ENGINES: Mapping[str, Callable[[], Engine]] = {
    "wordllama": WordLlama,
    "heads": lambda: Heads(WordLlama()),
    "acts": lambda: DialogueActs(WordLlama()),
    "learner": lambda: Learner(WordLlama()),
    "taught": lambda: Taught(words := WordLlama(), DialogueActs(words)),
    "teacher": lambda: Teacher(words := WordLlama(), DialogueActs(words)),
    "tables": lambda: Tables(in_folder(None)),
}


def allowed(hosts_file: str, networks: Networks) -> Hosts:
    """Read the hosts that may be asked; ``networks`` are those that are opened. Raises ``SettingsError`` when that cannot be done."""
    try:
        document = Path(hosts_file).read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the hosts that may be asked cannot be read: {error}", code="hosts.unreadable", field="AUSCULT_HOSTS_FILE"
        ) from error
    return read_hosts(document, hosts_file, networks)


def outside(hosts_file: str, at_once: int, networks: Networks) -> dict[type[Probe], RemoteEngine]:
    """The engines that ask systems of others, as far as the operator's file allows.

    Raises ``SettingsError`` when it cannot be read.
    """
    way_out = Outside(allowed(hosts_file, networks))
    engines: tuple[RemoteEngine, ...] = (Lookups(way_out, at_once=at_once), AiAgents(way_out, at_once=at_once))
    return {kind: engine for engine in engines for kind in engine.kinds}


def embedded(embeddings: str = "wordllama", model: str | None = None, weights: Path = Path()) -> tuple[Engine, ...]:
    """Return the engines that run inside this process: a text is embedded once for all of them.

    By default they need nothing but the base installation. With ``embeddings`` semantic, that ``model`` embeds texts,
    and with meaning, the encoder whose ``weights`` lie in that folder;
    the heads keep the word vectors that they were trained on, which cost next to nothing in comparison. Questions are
    taught with the encoder wherever it is installed. Raises ``SettingsError`` when the model is not there.
    """
    words = WordLlama()
    encoder = Meaning(weights) if embeddings == "meaning" or is_installed(weights) else None
    texts = Semantic(model) if embeddings == "semantic" else encoder if encoder and embeddings == "meaning" else words
    acts = DialogueActs(words)
    return texts, Heads(words), acts, Learner(texts), Taught(words, acts, encoder), Teacher(words, acts, encoder)
