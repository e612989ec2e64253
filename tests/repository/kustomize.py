"""A reader of kustomizations, as far as deploy/kubernetes uses them: tests render it where there is no kubectl.

Where there is one, a test compares the two. Names of config maps have no hash here.
"""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]


def render(folder: Path) -> list[Resource]:
    """Return the resources of a kustomization."""
    found: list[Resource] = []
    _apply(folder, found)
    return found


def _apply(folder: Path, found: list[Resource]) -> None:
    """Add the resources of a kustomization or component to those found so far, and change them."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    known = {"apiVersion", "kind", "namespace", "resources", "components", "images", "patches", "labels"}
    assert set(kustomization) <= known | {"configMapGenerator"}, folder
    for each in kustomization.get("resources", []):
        path = folder / each
        found += render(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for each in kustomization.get("configMapGenerator", []):
        _generate(each, found)
    for each in kustomization.get("components", []):
        _apply(folder / each, found)
    for each in kustomization.get("patches", []):
        _patch(each, found)
    for resource in found:
        if "namespace" in kustomization:
            resource["metadata"]["namespace"] = kustomization["namespace"]
        for each in kustomization.get("labels", []):
            for labelled in (resource, *_templates(resource)):
                labelled.setdefault("metadata", {}).setdefault("labels", {}).update(each["pairs"])
        for image in kustomization.get("images", []):
            _name_images(resource, image)


def _generate(generator: dict[str, Any], found: list[Resource]) -> None:
    data = dict(each.split("=", 1) for each in generator["literals"])
    if generator.get("behavior") == "merge":
        (present,) = (each for each in found if each["kind"] == "ConfigMap")
        present["data"] |= data
    else:
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data})


def _patch(patch: dict[str, Any], found: list[Resource]) -> None:
    """Apply operations of JSON Patch to the resources that are its target."""
    for resource in found:
        target = {"kind": resource["kind"], "name": resource["metadata"]["name"]}
        if patch["target"].items() <= target.items():
            for operation in yaml.safe_load(patch["patch"]):
                *steps, last = operation["path"].strip("/").split("/")
                place: Any = resource
                for step in steps:
                    place = place[int(step) if isinstance(place, list) else step]
                value = deepcopy(operation.get("value"))
                if operation["op"] == "remove":
                    del place[last]
                elif last == "-":
                    place.append(value)
                else:
                    place[int(last) if isinstance(place, list) else last] = value


def _templates(resource: Resource) -> list[Resource]:
    """Return the templates of pods and jobs in a resource."""
    spec = resource.get("spec") or {}
    if resource["kind"] == "CronJob":
        return [spec["jobTemplate"], spec["jobTemplate"]["spec"]["template"]]
    return [spec["template"]] if resource["kind"] in {"Deployment", "Job"} else []


def pods_of(resource: Resource) -> list[Resource]:
    """Return the specification of the pods that a resource has started: one, or none."""
    return [each["spec"] for each in _templates(resource)[-1:]]


def _name_images(resource: Resource, image: dict[str, Any]) -> None:
    for pod in pods_of(resource):
        for container in pod["containers"]:
            if re.split(r"[:@]", container["image"])[0] == image["name"]:
                container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"
