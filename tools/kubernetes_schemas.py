"""Writes the schemas of the kinds that deploy/kubernetes uses: ``python -m tools.kubernetes_schemas FILE...``.

Those of Kubernetes come from a wheel of kubernetes-validate. It has every kind of every version (108 MB installed); these
are the strict ones of one version. Those of operators come from their definitions of custom resources (``SOURCES``), in
which Kubernetes drops unknown keys without a word; here they are faults. All are under the Apache License 2.0, as their
sources are, and without descriptions.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

VERSION = "1.35.0"
GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
KINDS = (
    "io.k8s.api.apps.v1.Deployment",
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
    "io.k8s.api.batch.v1.CronJob",
    "io.k8s.api.batch.v1.Job",
    "io.k8s.api.core.v1.ConfigMap",
    "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.core.v1.ServiceAccount",
    "io.k8s.api.networking.v1.Ingress",
    "io.k8s.api.networking.v1.NetworkPolicy",
    "io.k8s.api.policy.v1.PodDisruptionBudget",
)


SOURCES = {
    "PrometheusRule": "prometheus-operator/prometheus-operator v0.93.0, example/prometheus-operator-crd/",
    "ServiceMonitor": "prometheus-operator/prometheus-operator v0.93.0, example/prometheus-operator-crd/",
    "ScaledObject": "kedacore/keda v2.20.2, config/crd/bases/",
}
"""Repository on GitHub, version and folder of the definition of each custom kind."""


def main(files: list[str]) -> None:
    """Write what these files are of: a wheel, or every definition of ``SOURCES``."""
    for wheel in (each for each in files if each.endswith(".whl")):
        _write("kubernetes.json", {"$defs": _own(wheel)})
    definitions = [Path(each) for each in files if each.endswith(".yaml")]
    if definitions:
        custom = dict(map(_custom, definitions))
        _write("kubernetes_custom.json", {kind: custom[kind] for kind in SOURCES})


def _write(name: str, schemas: dict[str, Any]) -> None:
    (GOLDEN / name).write_text(json.dumps(schemas, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _custom(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a custom kind, and the schema of what it specifies, with its source."""
    definition = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]
    kind = definition["names"]["kind"]
    (served,) = (each for each in definition["versions"] if each["storage"])
    whole = served["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return kind, {"$comment": SOURCES[kind] + path.name, **_stripped(_closed(whole))}


def _closed(schema: Any) -> Any:
    """Return a schema by which an unknown key is a fault."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed


def _own(wheel: str) -> dict[str, Any]:
    """Return the definitions that the kinds of Kubernetes reach."""
    path = f"kubernetes_validate/kubernetes-json-schema/v{VERSION}-local-strict/_definitions.json"
    with ZipFile(wheel) as archive:
        definitions: dict[str, Any] = json.loads(archive.read(path))["$defs"]
    found: dict[str, Any] = {}
    left = list(KINDS)
    while left:
        name = left.pop()
        if name not in found:
            found[name] = _stripped(definitions[name])
            left += [each.rpartition("/")[2] for each in _references(definitions[name])]
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for each in schema.values():
            yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)


def _stripped(schema: Any) -> Any:
    """Return a schema without descriptions, and with its references within one file."""
    if isinstance(schema, list):
        return [_stripped(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: f"#/$defs/{value.rpartition('/')[2]}" if name == "$ref" else _stripped(value)
        for name, value in schema.items()
        if not (name == "description" and isinstance(value, str)) and not name.startswith("x-kubernetes-")
    }


if __name__ == "__main__":
    main(sys.argv[1:])
