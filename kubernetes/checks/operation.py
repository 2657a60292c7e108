"""Policies of what runs: how it is updated, saved and put together."""

import re
from pathlib import PurePosixPath

from images import ROOT, SERVER, WEB, image_of, variables
from world import containers

# What the server is told: by component, as what kind of container, under which name.
RUNS = {
    ("api", "initContainers", "migrate", "server migrate"),
    ("api", "containers", "api", "server api"),
    ("jobs", "initContainers", "migrate", "server migrate"),
    ("jobs", "containers", "jobs", "server jobs"),
    ("backup", "containers", "backup", "server backup --scheduled"),
}
# How many of each there are at least, by overlay.
REPLICAS = {"single-node": 1, "production": 2}
# On which volume lies what a variable names.
PLACES = {"DATA_DIR": "daymark-data", "DATABASE_URL": "daymark-data", "MASTER_KEYRING_FILE": "daymark-keys"}
# Which keys of the Secret are read by whom, and by which variable.
SECRETS = {
    "api": {"VALKEY_URL_FILE": "valkey-url", "SMTP_URL_FILE": "smtp-url"},
    "jobs": {"VALKEY_URL_FILE": "valkey-url", "SMTP_URL_FILE": "smtp-url"},
    "backup": {"BACKUP_PASSPHRASE_FILE": "backup-passphrase"},
}


def mount_of(pod, container, path):
    """What a path in a container lies on, with how it is mounted there; two empty ones where it is on none."""
    above = [
        mount for mount in container.get("volumeMounts", []) if PurePosixPath(path).is_relative_to(mount["mountPath"])
    ]
    if not above:
        return {}, {}
    mount = max(above, key=lambda mount: len(PurePosixPath(mount["mountPath"]).parts))
    return next((v for v in pod.spec.get("volumes", []) if v["name"] == mount["name"]), {}), mount


def claim_of(pod, container, path):
    """The claim that a path lies on; a part of one (`subPath`) is none."""
    volume, mount = mount_of(pod, container, path)
    if "subPath" in mount or "subPathExpr" in mount:
        return None
    return volume.get("persistentVolumeClaim", {}).get("claimName")


def key_of(pod, container, path):
    """The key of the Secret that a file holds."""
    volume, mount = mount_of(pod, container, path)
    items = volume.get("secret", {}).get("items", [])
    return next((item["key"] for item in items if f"{mount['mountPath']}/{item['path']}" == path), None)


def commands(world):
    """The server is told what it is there for, and migrates before it starts, with the image that starts then."""
    runs = {
        (
            pod.component,
            kind,
            container["name"],
            " ".join([*container.get("command", ["server"]), *container.get("args", [])]),
        )
        for pod in world.pods
        for kind in ("initContainers", "containers")
        for container in pod.spec.get(kind, [])
        if image_of(container) == SERVER
    }
    yield from (f"{who}: {name} of {kind} does not run “{line}”" for who, kind, name, line in sorted(RUNS - runs))
    yield from (f"{who}: {name} of {kind} runs “{line}”" for who, kind, name, line in sorted(runs - RUNS))
    for pod in world.pods:
        for first in pod.spec.get("initContainers", []):
            if first["image"] != pod.spec["containers"][0]["image"]:
                yield f"{pod.name}: {first['name']} is another image than what starts after it"
            if "restartPolicy" in first:
                yield f"{pod.name}: nobody waits for {first['name']}"


def updates(world):
    """The new pod is ready before the old one ends, and the old one is left alone first; but of Valkey there are never two."""
    for pod in world.pods:
        if not pod.goes_on:
            continue
        strategy = pod.owner["spec"].get("strategy", {})
        if pod.component == "valkey":
            if strategy.get("type") != "Recreate" or pod.replicas != 1:
                yield f"there may be two of {pod.name} behind one name"
            continue
        rolling = strategy.get("rollingUpdate", {})
        if strategy.get("type") != "RollingUpdate" or rolling.get("maxUnavailable") != 0 or not rolling.get("maxSurge"):
            yield f"{pod.name} may end before the next one is ready"
        if pod.component in {"api", "web"}:
            pause = pod.spec["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if not 0 < pause < pod.spec.get("terminationGracePeriodSeconds", 30):
                yield f"{pod.name} ends while it is still asked"


def counted(world):
    """There are as many of each as the document says."""
    for pod in world.pods:
        wanted = REPLICAS.get(world.overlay)
        if pod.component in {"api", "jobs", "web"} and (wanted is None or pod.replicas < wanted):
            yield f"{pod.name}: {pod.replicas} in {world.overlay}, not {wanted}"


def backups(world):
    """One is made each night, onto a volume of its own, encrypted, and kept for thirty days; `jobs` makes none beside it."""
    makers = [pod for pod in world.pods if pod.component == "backup" and pod.owner["kind"] == "CronJob"]
    if not makers:
        yield "nobody makes backups"
    for pod in makers:
        if pod.owner["spec"].get("suspend"):
            yield f"{pod.name} is suspended"
        if not re.fullmatch(r"\d+ [0-5] \* \* \*", pod.owner["spec"]["schedule"]):
            yield f"{pod.name} is not made each night: {pod.owner['spec']['schedule']}"
        if pod.spec.get("restartPolicy") != "Never":
            yield f"{pod.name} does not end"
        for container in pod.spec["containers"]:
            given = variables(world, container)
            to = given.get("BACKUP_TO", "")
            if claim_of(pod, container, to) != "daymark-backups":
                yield f"{pod.name} writes to “{to}”, which is not on the volume daymark-backups"
            if given.get("BACKUP_KEEP") != "30d":
                yield f"{pod.name} keeps them for {given.get('BACKUP_KEEP')}, not 30d"
    for pod, container in containers(world):
        if (pod.component, container["name"]) == ("jobs", "jobs") and variables(world, container).get(
            "BACKUP_EVERY"
        ) != "off":
            yield f"{pod.name} makes backups too"


def data_on_volumes(world):
    """Database and keys lie on their volumes in each container of the server, which can write there."""
    for pod, container in containers(world):
        if image_of(container) != SERVER:
            continue
        given = variables(world, container)
        for name, claim in PLACES.items():
            path = given.get(name, "").removeprefix("sqlite:").removeprefix("//")
            if claim_of(pod, container, path) != claim:
                yield f"{pod.name}/{container['name']}: {name} is “{path}”, which is not on the volume {claim}"
            # A backup reads the keys and no more.
            elif mount_of(pod, container, path)[1].get("readOnly") and (claim, pod.component) != (
                "daymark-keys",
                "backup",
            ):
                yield f"{pod.name}/{container['name']} cannot write to {claim}"


def behind(world, name, port):
    """The components that a Service of that name leads to at that port; none where there is no such Service."""
    service = world.named("Service", name)
    if not service or port not in [f"{has['port']}" for has in service["spec"]["ports"]]:
        return set()
    return {pod.component for pod in world.selected({"matchLabels": service["spec"]["selector"]})}


def wired(world):
    """Each finds the others: nginx the api, the server Valkey, both their secrets, and whoever measures the server."""
    yield from wired_to_api(world)
    yield from wired_to_valkey(world)
    for pod, container in containers(world):
        wanted = SECRETS.get(pod.component, {}).items() if image_of(container) == SERVER else ()
        given = variables(world, container)
        for name, key in wanted:
            if key_of(pod, container, given.get(name, "")) != key:
                yield f"{pod.name}/{container['name']}: {name} is not where {key} of the Secret is mounted"
        if image_of(container) in {SERVER, WEB}:
            untold = [name for name in ("PUBLIC_URL", "TRUSTED_PROXIES") if not given.get(name)]
            yield from (f"{pod.name}/{container['name']} is not told {name}" for name in untold)
        if pod.goes_on and container in pod.spec["containers"]:
            yield from listens(pod, container["name"], given)


def wired_to_api(world):
    """nginx looks names up by itself, and knows no search domains."""
    for pod in world.pods:
        if pod.component != "web":
            continue
        upstream = variables(world, pod.spec["containers"][0]).get("UPSTREAM", "")
        whole = re.fullmatch(r"([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local:(\d+)", upstream)
        if not whole:
            yield f"{pod.name}: UPSTREAM is no whole name: {upstream}"
        elif whole[2] != pod.owner["metadata"]["namespace"] or behind(world, whole[1], whole[3]) != {"api"}:
            yield f"{pod.name}: UPSTREAM is {upstream}, where no Service leads to the api"


def wired_to_valkey(world):
    """It is where the document and the Secret's example say, and reads its password from the Secret."""
    for file in ("docs/kubernetes.md", "kubernetes/secret.example.yaml"):
        addresses = re.findall(r"redis://:[^@\s]+@([a-z0-9.-]+):(\d+)", (ROOT / file).read_text())
        if not addresses:
            yield f"{file} does not say where Valkey is"
        for name, port in addresses:
            if behind(world, name, port) != {"valkey"}:
                yield f"{file} has Valkey at {name}:{port}, where no Service leads to it"
    for pod in world.pods:
        if pod.component != "valkey":
            continue
        for container in pod.spec["containers"]:
            program, *line = [*container.get("command", [""]), *container.get("args", [])]
            if program != "valkey-server" or not line or key_of(pod, container, line[0]) != "valkey.conf":
                yield f"{pod.name} does not read its password from valkey.conf of the Secret"
            if "--requirepass" in line:
                yield f"{pod.name} is told another password than the Secret's"
            told = dict(zip(line[1::2], line[2::2], strict=False))
            if (told.get("--save"), told.get("--appendonly")) != ("", "no"):
                yield f"{pod.name} keeps what it is told"


def listens(pod, name, given):
    """A process listens for other pods, at the ports that its container is said to have."""
    if pod.component in {"api", "jobs"}:
        bind = given.get("METRICS_BIND", "")
        host, _, port = bind.rpartition(":")
        if host not in {"0.0.0.0", "[::]"} or port != f"{pod.port('metrics')}":
            yield f"{pod.name}/{name}: METRICS_BIND is “{bind}”, which does not open the port metrics"
        if pod.annotations.get("prometheus.io/scrape") != "true" or pod.annotations.get("prometheus.io/port") != port:
            yield f"{pod.name} does not say where its numbers are"
    if pod.component == "api" and (given.get("BIND"), given.get("PORT")) != ("0.0.0.0", f"{pod.port('http')}"):
        yield f"{pod.name}/{name} listens at {given.get('BIND')}:{given.get('PORT')}, which is not the port http"
    if pod.component == "web" and given.get("LISTEN", "8080") != f"{pod.port('http')}":
        yield f"{pod.name}/{name} listens at {given['LISTEN']}, which is not the port http"
