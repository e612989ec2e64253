"""The files of ``deploy``: they parse, and everything that they name exists."""

import configparser
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from auscult import __version__
from auscult.bootstrap import recordings
from auscult.cli.commands import COMMANDS
from auscult.config import FILE, FROM_FILES, PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
YAML_FILES = sorted(DEPLOY.rglob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTINGS = {PREFIX + name.upper() for name in Settings.__struct_fields__}
VARIABLES = SETTINGS | {PREFIX + name.upper() + FILE for name in FROM_FILES}
COMMAND_WORDS = {command.words for command in COMMANDS}
METRICS = set(re.findall(r"^\| `(auscult_\w+)`", (ROOT / "docs/reference/monitoring.md").read_text(), re.MULTILINE))
ALERTS: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"][0]["rules"]


def name(path: Path) -> str:
    """Return the path from the repository's root."""
    return path.relative_to(ROOT).as_posix()


def metrics_of(expression: str) -> set[str]:
    """Return the metrics that an expression names, histograms without their endings."""
    return {re.sub(r"_(bucket|sum|count)$", "", each) for each in re.findall(r"\bauscult_\w+", expression)}


def documents(path: Path) -> list[dict[str, Any]]:
    """Return the documents of a YAML file."""
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


@pytest.mark.parametrize("path", [path for path in DEPLOY.rglob("*") if path.is_file()], ids=name)
def test_settings_exist(path: Path) -> None:
    """Every AUSCULT_ variable that a file sets is read by auscult."""
    found = set(re.findall(r"\bAUSCULT_[A-Z_]+[A-Z]\b", path.read_text())) - {"AUSCULT_NAME"}
    assert found <= VARIABLES


@pytest.mark.parametrize("path", YAML_FILES, ids=name)
def test_yaml_parses(path: Path) -> None:
    """Each YAML file has at least one document, each of them a mapping."""
    assert documents(path)
    assert all(isinstance(each, dict) for each in documents(path))


def word_of(service: dict[str, Any]) -> str:
    """Return the command that a service runs, also in a loop of the shell."""
    if "entrypoint" not in service:
        return service["command"][0]
    (found,) = re.findall(r"\bauscult (\w+)", *service["command"])
    return found


def compose(kind: str) -> dict[str, Any]:
    """Return a compose file."""
    (document,) = documents(DEPLOY / f"compose.{kind}.yaml")
    return document


@pytest.mark.parametrize(("kind", "serves"), [("sqlite", "auscult"), ("postgresql", "server")])
def test_compose_files_back_up_every_day(kind: str, serves: str) -> None:
    """The server's database, encrypted, to a volume or where one wishes, with room for it there and not in memory."""
    document = compose(kind)
    backup, server = document["services"]["backup"], document["services"][serves]
    (loop,) = backup["command"]
    assert "profiles" not in backup
    assert "auscult backup --to ${BACKUPS:-/var/lib/backups} --passphrase-file /run/secrets/backup_passphrase " in loop
    assert "sleep 86400" in loop
    assert (backup["entrypoint"], backup["restart"]) == (["sh", "-c"], "unless-stopped")
    assert "backups:/var/lib/backups" in backup["volumes"]
    assert backup["environment"] == server["environment"] | {"TMPDIR": "/var/lib/backups"}
    assert set(server.get("secrets", [])) | {"backup_passphrase"} == set(backup["secrets"])
    if kind == "sqlite":
        assert set(server["volumes"]) < set(backup["volumes"])
    assert "/var/lib/backups" in (DEPLOY / "Dockerfile").read_text(), "a new volume belongs to whom its folder does"


@pytest.mark.parametrize(("kind", "services"), [("sqlite", ["auscult"]), ("postgresql", ["server", "worker"])])
def test_compose_files_keep_recordings_on_a_volume_or_in_a_bucket(kind: str, services: list[str]) -> None:
    """PostgreSQL asks for a place, and mounts its volume everywhere; next to an SQLite file they are on its volume."""
    document = compose(kind)
    for each in (document["services"][name] for name in services):
        place = each["environment"].get("AUSCULT_RECORDINGS")
        named, _, path = each["volumes"][0].partition(":")
        assert named in document["volumes"]
        assert path not in each["tmpfs"]
        if kind == "postgresql":
            assert place.startswith("${AUSCULT_RECORDINGS:?")
            assert path in place, "the message names the folder of the volume"
        else:
            own = Settings(database_url=f"sqlite:///{path}/auscult.db")
            assert (place, recordings.folder(own).path) == (None, Path(path, "auscult.db.recordings"))
            assert f"AUSCULT_DATABASE_URL={own.database_url}" in (DEPLOY / "Dockerfile").read_text()


def test_units_keep_recordings_in_the_state_folder() -> None:
    """Next to the SQLite file; with PostgreSQL the file of settings names a place, or sound is refused."""
    for unit in UNITS:
        if unit.suffix == ".service":
            text = unit.read_text()
            assert "Environment=AUSCULT_DATABASE_URL=sqlite:////var/lib/auscult/auscult.db" in text
            assert "StateDirectory=auscult" in text
            assert "AUSCULT_RECORDINGS" not in text
    assert recordings.has_place(Settings(database_url="sqlite:////var/lib/auscult/auscult.db"))
    assert not recordings.has_place(Settings(database_url="postgresql://db/auscult"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_compose_files_are_hardened(kind: str) -> None:
    """Services of ours have a read-only root and no capabilities, run known commands, and use known secrets."""
    document = compose(kind)
    services = {key: each for key, each in document["services"].items() if each["image"].startswith("auscult")}
    assert services
    for service in services.values():
        assert service["image"] == f"auscult:{__version__}"
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert word_of(service) in COMMAND_WORDS
        assert set(service.get("secrets", [])) <= set(document.get("secrets", {}))
        assert set(service.get("depends_on", {})) <= set(document["services"])
    if kind == "postgresql":
        assert (services["worker"]["command"], services["loads"]["command"]) == (["worker"], ["worker", "--loads"])


def test_metrics_ask_for_a_token() -> None:
    """In every way to deploy: a compose file without one does not start, a unit and the manifests read it from a file."""
    for kind in ("sqlite", "postgresql"):
        document = compose(kind)
        server = next(each for each in document["services"].values() if each.get("command") == ["serve"])
        assert server["environment"]["AUSCULT_METRICS_TOKEN"].startswith("${AUSCULT_METRICS_TOKEN:?")
    unit = (DEPLOY / "systemd/auscult.service").read_text()
    assert "LoadCredential=metrics_token:" in unit
    assert "AUSCULT_METRICS_TOKEN_FILE=%d/metrics_token" in unit
    (base,) = documents(DEPLOY / "kubernetes/base/kustomization.yaml")
    values = [each for one in base["configMapGenerator"] for each in one["literals"]]
    assert "AUSCULT_METRICS_TOKEN_FILE=/run/secrets/auscult/metrics_token" in values


def test_proxies_and_tls_are_settings() -> None:
    """Nobody but the own host is trusted as a proxy, browsers keep to TLS for a year, and both can be set."""
    for kind in ("sqlite", "postgresql"):
        document = compose(kind)
        ours = [each for each in document["services"].values() if each["image"].startswith("auscult")]
        for given in [each["environment"] for each in ours]:
            assert given["FORWARDED_ALLOW_IPS"] == "${FORWARDED_ALLOW_IPS:-127.0.0.1}"
            assert given["AUSCULT_HSTS_S"] == "${AUSCULT_HSTS_S:-31536000}"
    lines = (DEPLOY / "systemd/auscult.service").read_text().splitlines()
    assert lines.index("Environment=AUSCULT_HSTS_S=31536000") < lines.index("EnvironmentFile=-/etc/auscult/environment")
    assert not any(line.startswith("Environment=FORWARDED_ALLOW_IPS") for line in lines), "the program's own: 127.0.0.1"
    (base,) = documents(DEPLOY / "kubernetes/base/kustomization.yaml")
    values = [each for one in base["configMapGenerator"] for each in one["literals"]]
    assert {"FORWARDED_ALLOW_IPS=127.0.0.1", "AUSCULT_HSTS_S=31536000"} <= set(values)


def test_emotions_of_agents_are_off() -> None:
    """Everywhere that something is evaluated, and one may set it to on where the file is not to be changed."""
    for kind in ("sqlite", "postgresql"):
        document = compose(kind)
        ours = [each for each in document["services"].values() if each["image"].startswith("auscult")]
        assert ours
        assert {each["environment"]["AUSCULT_AGENT_EMOTIONS"] for each in ours} == {"${AUSCULT_AGENT_EMOTIONS:-off}"}
    for unit in ("auscult.service", "auscult-worker@.service"):
        lines = (DEPLOY / "systemd" / unit).read_text().splitlines()
        at = lines.index("Environment=AUSCULT_AGENT_EMOTIONS=off")
        assert at < lines.index("EnvironmentFile=-/etc/auscult/environment"), "that file has the last word"
    (base,) = documents(DEPLOY / "kubernetes/base/kustomization.yaml")
    assert "AUSCULT_AGENT_EMOTIONS=off" in [each for one in base["configMapGenerator"] for each in one["literals"]]


def test_the_dockerfile_follows_its_rules() -> None:
    """Pinned packages with hashes, no root, a health check, one entry point; what it copies is there and not ignored."""
    text = (DEPLOY / "Dockerfile").read_text()
    lines = re.sub(r"\\\n", " ", text).splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "EXPOSE", "USER", "HEALTHCHECK"}
    assert {step for step, _ in steps} == known | {"ENTRYPOINT", "CMD"}
    assert "--require-hashes" in text
    assert [rest for step, rest in steps if step == "USER"] == ["10001:10001"]
    assert json.loads(next(rest for step, rest in steps if step == "ENTRYPOINT")) == ["auscult"]
    assert json.loads([rest for step, rest in steps if step == "CMD"][-1])[0] in COMMAND_WORDS
    assert "/livez" in next(rest for step, rest in steps if step == "HEALTHCHECK")
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for step, rest in steps:
        if step == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert any(each == source or each.startswith(f"{source}/") for each in kept), source


@pytest.mark.parametrize("path", UNITS, ids=name)
def test_units_are_hardened(path: Path) -> None:
    """Services run as a user of their own, write only below their state folder, and run known commands."""
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read(path)
    if path.suffix == ".timer":
        assert "OnCalendar" in unit["Timer"]
        return
    service = unit["Service"]
    assert (service["User"], service["ProtectSystem"], service["NoNewPrivileges"]) == ("auscult", "strict", "yes")
    command = re.search(r"/opt/auscult/bin/auscult (\w+)", service["ExecStart"])
    assert command
    assert command[1] in COMMAND_WORDS


def test_systemd_takes_the_units() -> None:
    """`systemd-analyze verify` finds nothing but the program that is not installed here."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run([program, "verify", *map(str, UNITS)], capture_output=True, text=True, check=False)  # noqa: S603
    of_ours = [line for line in done.stderr.splitlines() if "auscult" in line]
    assert [line for line in of_ours if "is not executable" not in line] == []


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_each_alert_has_metrics_and_a_runbook(rule: dict[str, Any]) -> None:
    """The expression names known metrics, and the runbook has the same expression, an impact and actions."""
    assert metrics_of(rule["expr"]) <= METRICS
    assert metrics_of(rule["expr"])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    page = (ROOT / rule["annotations"]["runbook_url"]).read_text()
    assert page.startswith(f"# {rule['alert']}\n")
    assert rule["expr"] in page
    assert "## Impact" in page
    assert "\n1. " in page.partition("## Actions")[2]


def test_every_runbook_is_of_an_alert() -> None:
    """No page is left over, and the list names each."""
    pages = {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")} - {"README"}
    assert pages == {rule["alert"] for rule in ALERTS}
    index = (ROOT / "docs/runbooks/README.md").read_text()
    assert all(f"({each}.md)" in index for each in pages)


def test_the_dashboard_shows_known_metrics() -> None:
    """Each panel has a query, and each query's metrics exist; every metric of work is shown."""
    dashboard = json.loads((DEPLOY / "grafana/auscult.json").read_text())
    shown: set[str] = set()
    for panel in dashboard["panels"]:
        found = set[str]().union(*(metrics_of(target["expr"]) for target in panel["targets"]))
        assert found, panel["title"]
        assert found <= METRICS, panel["title"]
        shown |= found
    hidden = {"auscult_up", "auscult_database_up", "auscult_scrape_timestamp_seconds"}
    assert METRICS - shown <= hidden | {"auscult_queue_batches", "auscult_webhooks"}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_workflow_runs_the_one_script() -> None:
    """GitHub Actions runs .ci/run and nothing of its own, on the versions of Python that are declared."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    job = workflow["jobs"]["run"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert workflow["permissions"] == {"contents": "read"}


def test_a_release_is_tried_and_signed_by_its_workflow() -> None:
    """Wheels on each version of Python, the image before it is pushed, with SBOM and signature; no job has more rights."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    jobs = workflow["jobs"]
    tried = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["run"]["strategy"]["matrix"]
    assert jobs["wheel"]["strategy"]["matrix"] == tried
    (build,) = (step["with"] for step in jobs["image"]["steps"] if "build-push" in step.get("uses", ""))
    assert build["platforms"] == "linux/amd64,linux/arm64"
    assert build["sbom"] is True
    assert (ROOT / build["file"]).is_file()
    order = [step.get("run") or step["uses"].partition("@")[0] for step in jobs["image"]["steps"]]
    assert order.index("make image") < order.index("make test-image") < order.index("docker/build-push-action")
    assert order[-1].startswith("cosign sign ")
    assert workflow["permissions"] == {"contents": "read"}
    assert {name for name, job in jobs.items() if "permissions" in job} == {"image", "draft"}
    scripts = " ".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"\n{target}:" in makefile for target in re.findall(r"\bmake ([a-z-]+)", scripts))


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=name)
def test_issue_templates_parse(path: Path) -> None:
    """A form has a name, a description and fields with ids of their own."""
    form = yaml.safe_load(path.read_text())
    if path.stem == "config":
        return
    fields = [each["id"] for each in form["body"] if "id" in each]
    assert form["name"]
    assert form["description"]
    assert len(fields) == len(set(fields)) >= 2


def test_the_image_is_built_from_all_that_a_wheel_includes() -> None:
    """Every folder and file that goes into a wheel is in the context of the image's build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].keys() <= sent
