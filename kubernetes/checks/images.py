"""What docker/Dockerfile gives a container before Kubernetes says anything."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER = "daymark-server"
WEB = "daymark-web"


def image_of(container):
    """The image's name alone, without registry, tag and digest."""
    return container["image"].partition("@")[0].rpartition("/")[2].partition(":")[0]


def defaults(image):
    """The variables that one of our images comes with."""
    stages, here = {}, {}
    for line in (ROOT / "docker/Dockerfile").read_text().splitlines():
        match line.split():
            case ["FROM", *_, parent, "AS", name]:
                here = stages[name] = dict(stages.get(parent, {}))
            case ["ENV", *pairs]:
                here.update(pair.split("=", 1) for pair in pairs)
    return stages.get(image.removeprefix("daymark-"), {})


def variables(world, container):
    """All that a container's process finds in its environment, by name."""
    given = defaults(image_of(container))
    for source in container.get("envFrom", []):
        given |= (world.named("ConfigMap", source.get("configMapRef", {}).get("name")) or {}).get("data", {})
    return given | {variable["name"]: variable.get("value", "") for variable in container.get("env", [])}
