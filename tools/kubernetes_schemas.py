"""Writes the schemas of the kinds that deploy/kubernetes uses, from the wheel of kubernetes-validate that is named.

The wheel has every kind of every version (108 MB installed); these are the strict ones of one version, without their
descriptions, under the Apache License 2.0 as Kubernetes is: ``python -m tools.kubernetes_schemas WHEEL``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

VERSION = "1.35.0"
TARGET = Path(__file__).parents[1] / "tests" / "golden" / "kubernetes.json"
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


def main(wheel: str) -> None:
    """Write the definitions that the kinds reach."""
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
    TARGET.write_text(json.dumps({"$defs": found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


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
    main(sys.argv[1])
