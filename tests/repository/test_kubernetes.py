"""The manifests of ``deploy/kubernetes``: overlays render, follow the schemas of Kubernetes, and hold together."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from auscult import __version__
from auscult.cli.commands import COMMANDS
from tests.repository.kustomize import Resource, pods_of, render
from tests.waiting import fixed_port, wait_for
from tools import prometheus_rule

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
SCHEMAS: dict[str, Any] = json.loads((ROOT / "tests/golden/kubernetes.json").read_text(encoding="utf-8"))
CUSTOM: dict[str, Any] = json.loads((ROOT / "tests/golden/kubernetes_custom.json").read_text(encoding="utf-8"))
COMMAND_WORDS = {command.words for command in COMMANDS}
HASHED = re.compile(r"^auscult-[0-9bcdfghkmt]{10}$")


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Path:
    """The folder of an overlay."""
    return KUBERNETES / "overlays" / request.param


@pytest.fixture
def rendered(overlay: Path) -> dict[tuple[str, str], Resource]:
    """Its resources by kind and name."""
    found = render(overlay)
    named = {(each["kind"], each["metadata"]["name"]): each for each in found}
    assert len(named) == len(found)
    return named


def schema_of(resource: Resource) -> dict[str, Any]:
    """Return the schema of Kubernetes for a resource: strict, so that an unknown key is a fault."""
    group, _, version = resource["apiVersion"].rpartition("/")
    group = group.partition(".")[0] or "core"
    name = f"io.k8s.api.{group}.{version}.{resource['kind']}"
    assert name in SCHEMAS["$defs"], name
    return SCHEMAS | {"$ref": f"#/$defs/{name}"}


def test_resources_follow_their_schemas(rendered: dict[tuple[str, str], Resource]) -> None:
    """Those of Kubernetes follow its own, custom ones those beside it."""
    for (kind, name), resource in rendered.items():
        custom = kind in CUSTOM
        validator = Draft202012Validator(CUSTOM[kind] if custom else schema_of(resource))
        faults = [each.message for each in validator.iter_errors(resource["spec"] if custom else resource)]
        assert faults == [], f"{kind} {name}"


def test_a_misspelt_key_is_a_fault(rendered: dict[tuple[str, str], Resource]) -> None:
    """The schemas are strict down to containers."""
    deployment = rendered["Deployment", "auscult-server"]
    (pod,) = pods_of(deployment)
    pod["containers"][0]["readinesProbe"] = {}
    assert not Draft202012Validator(schema_of(deployment)).is_valid(deployment)


def test_kubectl_renders_the_same(overlay: Path, rendered: dict[tuple[str, str], Resource]) -> None:
    """The reader of the tests and kustomize agree, but for the hash in names of config maps."""
    program = shutil.which("kubectl")
    if program is None:
        pytest.skip("kubectl is not installed")
    done = subprocess.run([program, "kustomize", str(overlay)], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    found = [_without_hash(each) for each in yaml.safe_load_all(done.stdout)]
    assert {(each["kind"], each["metadata"]["name"]): each for each in found} == rendered


def _without_hash(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_hash(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_hash(each) for each in value]
    return "auscult" if isinstance(value, str) and HASHED.match(value) else value


def test_pods_are_unprivileged(rendered: dict[tuple[str, str], Resource]) -> None:
    """Each has an account of its own without a token, a read-only root and no capabilities, and runs a known command."""
    for (_, name), resource in rendered.items():
        assert resource["metadata"]["namespace"] == "auscult"
        for pod in pods_of(resource):
            account = rendered["ServiceAccount", pod["serviceAccountName"]]
            assert (pod["serviceAccountName"], account["automountServiceAccountToken"]) == (name, False)
            assert (pod["enableServiceLinks"], pod["automountServiceAccountToken"]) == (False, False)
            assert pod["securityContext"]["runAsNonRoot"] is True
            (container,) = pod["containers"]
            assert container["image"] == f"registry.example.com/auscult:{__version__}"
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            words = re.search(r"(?:auscult )?(\w+)", container["args"][0])
            assert words
            assert words[1] in COMMAND_WORDS
            mounted = {each["name"] for each in container["volumeMounts"]}
            assert mounted == {each["name"] for each in pod["volumes"]}


def test_what_is_named_is_there(rendered: dict[tuple[str, str], Resource]) -> None:
    """Claims of volumes, targets of scaling, the service behind the ingress, and pods behind every selector."""
    labels = [
        resource["spec"]["template"]["metadata"]["labels"] for _, resource in rendered.items() if _[0] == "Deployment"
    ]
    for (kind, _), resource in rendered.items():
        spec = resource.get("spec", {})
        for pod in pods_of(resource):
            for volume in pod["volumes"]:
                if "persistentVolumeClaim" in volume:
                    assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in rendered
            for each in pod.get("topologySpreadConstraints", []):
                assert each["labelSelector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
        if kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
            scaled = rendered["Deployment", spec["scaleTargetRef"]["name"]]
            assert "replicas" not in scaled["spec"], "an applied number of replicas would undo the scaling"
        if kind == "Ingress":
            backend = spec["rules"][0]["http"]["paths"][0]["backend"]["service"]
            assert ("Service", backend["name"]) in rendered
            assert spec["tls"][0]["hosts"] == [spec["rules"][0]["host"]]
        if kind in {"Service", "PodDisruptionBudget", "NetworkPolicy"}:
            selector = (
                spec["selector"] if kind == "Service" else spec.get("selector", spec.get("podSelector"))["matchLabels"]
            )
            assert any(selector.items() <= each.items() for each in labels), resource["metadata"]["name"]
        if kind == "ServiceMonitor":
            assert (
                spec["selector"]["matchLabels"].items() <= rendered["Service", "auscult"]["metadata"]["labels"].items()
            )


def test_the_server_is_probed(rendered: dict[tuple[str, str], Resource]) -> None:
    """Starting, living and being ready are asked at their own paths."""
    (pod,) = pods_of(rendered["Deployment", "auscult-server"])
    (container,) = pod["containers"]
    probes = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert probes == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


def test_a_worker_whose_heartbeats_stop_is_restarted(rendered: dict[tuple[str, str], Resource]) -> None:
    """Its probe is an option of the command that it runs, and has more time than libpq takes to give up."""
    (pod,) = pods_of(rendered["Deployment", "auscult-worker"])
    (container,) = pod["containers"]
    probe = container["livenessProbe"]
    variable, *words = probe["exec"]["command"][1:]
    assert words == ["auscult", *container["args"], "--check"]
    assert int(variable.removeprefix("PGCONNECT_TIMEOUT=")) < probe["timeoutSeconds"]


def test_backups_have_a_place_of_their_own(rendered: dict[tuple[str, str], Resource]) -> None:
    """Not the bucket or the folder of recordings: who removes one does not remove the other."""
    (pod,) = pods_of(rendered["CronJob", "auscult-backup"])
    args = pod["containers"][0]["args"]
    sound, backups = rendered["ConfigMap", "auscult"]["data"]["AUSCULT_RECORDINGS"], args[args.index("--to") + 1]
    buckets = [place.split("/")[2] if "://" in place else place for place in (sound, backups)]
    assert buckets[0] != buckets[1]


def test_recordings_have_a_place_in_every_overlay(rendered: dict[tuple[str, str], Resource]) -> None:
    """An object store, or a folder that servers and workers mount."""
    place = rendered["ConfigMap", "auscult"]["data"]["AUSCULT_RECORDINGS"]
    for name in ("auscult-server", "auscult-worker"):
        (pod,) = pods_of(rendered["Deployment", name])
        mounts = {each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
        assert place.startswith("s3://") or place in mounts


def test_production_has_every_part() -> None:
    """Each kind of resource that an operator expects is there."""
    kinds = {each["kind"] for each in render(KUBERNETES / "overlays" / "production")}
    assert kinds == {
        "ConfigMap", "CronJob", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job", "NetworkPolicy",
        "PodDisruptionBudget", "PrometheusRule", "ScaledObject", "Service", "ServiceAccount",
        "ServiceMonitor",
    }  # fmt: skip


@pytest.mark.night
@pytest.mark.skipif(
    shutil.which("prometheus") is None and os.environ.get("CI") != "true", reason="prometheus is not installed"
)
def test_figures_of_accounts_are_scraped_once(tmp_path: Path) -> None:
    """Of two pods, as Prometheus itself finds it: /metrics of each, and /metrics/accounts of the service."""
    (monitor,) = yaml.safe_load_all((KUBERNETES / "components/prometheus-operator/monitor.yaml").read_text())
    pods = [
        {
            "targets": [f"{address}:8484"],
            "labels": {
                "__meta_kubernetes_service_name": "auscult",
                "__meta_kubernetes_namespace": "quality",
                "pod": f"auscult-server-{address}",  # the operator labels targets with what they are
                "container": "server",
                "service": "auscult",
            },
        }
        for address in ("127.1.0.1", "127.1.0.2")
    ]
    scraped = [
        {
            "job_name": endpoint["path"],
            "metrics_path": endpoint["path"],
            "static_configs": pods,
            "relabel_configs": [
                {re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name): value for name, value in rule.items()}
                for rule in endpoint.get("relabelings", [])
            ],
        }
        for endpoint in monitor["spec"]["endpoints"]
    ]
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump({"scrape_configs": scraped}))
    address = f"127.0.0.1:{fixed_port()}"
    told = [f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}", f"--web.listen-address={address}"]

    def targets() -> list[str]:
        try:
            active = httpx.get(f"http://{address}/api/v1/targets").json()["data"]["activeTargets"]
        except (httpx.HTTPError, ValueError):  # it starts
            return []
        return sorted(each["scrapeUrl"] for each in active)

    with subprocess.Popen(["prometheus", *told], stderr=subprocess.DEVNULL) as prometheus:  # noqa: S603, S607  (installed)
        try:
            found = wait_for(targets, bool)
        finally:
            prometheus.terminate()
    assert found == [
        "http://127.1.0.1:8484/metrics",
        "http://127.1.0.2:8484/metrics",
        "http://auscult.quality.svc:80/metrics/accounts",
    ]


def test_the_rules_of_the_operator_are_those_of_prometheus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resource is generated from the rule file."""
    monkeypatch.setattr("sys.argv", ["prometheus_rule", "--check"])
    assert prometheus_rule.main() == 0
