"""What docs/kubernetes.md promises. A policy takes the world and yields complaints."""

import re
from urllib.parse import urlsplit

import kubernetes_validate

from images import ROOT, SERVER, WEB, image_of
from operation import backups, commands, counted, data_on_volumes, updates, wired
from reach import network, other_namespaces
from world import containers, label, matches

# The oldest and the newest that the schemas are looked up for; older ones know no pause before a stop.
VERSIONS = ["1.30", "1.37"]
USER = 10001
SHARED = {"daymark/volume": "data"}


def schemas(world):
    """All that is sent, and the example, are what the API takes."""
    for thing in [*world.objects, world.secret]:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(thing, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                where = "/".join(str(part) for part in error.path)
                yield f"{label(thing)} is not what Kubernetes {version} takes: {where}: {error.message}"
            except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
                yield f"{label(thing)}: {error.message}"


def one_namespace(world):
    """Everything is in one namespace, whose pods are restricted."""
    spaces = world.of("Namespace")
    for space in spaces:
        labels = space["metadata"].get("labels", {})
        if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{label(space)} does not enforce the restricted Pod Security"
    for thing in world.objects:
        if thing["kind"] != "Namespace" and [thing["metadata"].get("namespace")] != [
            s["metadata"]["name"] for s in spaces
        ]:
            yield f"{label(thing)} is not in the namespace"


def confined_pods(world):
    """What the restricted Pod Security asks of pods, and no token of the API."""
    for pod in world.pods:
        security = pod.spec.get("securityContext", {})
        wanted = {
            "runAsNonRoot": security.get("runAsNonRoot") is True,
            f"runAsUser {USER}": security.get("runAsUser") == USER,
            f"fsGroup {USER}": security.get("fsGroup") == USER,
            "seccompProfile RuntimeDefault": security.get("seccompProfile", {}).get("type") == "RuntimeDefault",
            "automountServiceAccountToken false": pod.spec.get("automountServiceAccountToken") is False,
            "enableServiceLinks false": pod.spec.get("enableServiceLinks") is False,
            "no host's network, processes or memory": not any(
                pod.spec.get(f"host{what}") for what in ("Network", "PID", "IPC")
            ),
            "no volume of the host": not any("hostPath" in volume for volume in pod.spec.get("volumes", [])),
        }
        yield from (f"{pod.name} lacks {what}" for what, holds in wanted.items() if not holds)


def confined_containers(world):
    """Read-only but for /tmp, without capabilities or a way to more."""
    for pod, container in containers(world):
        security = container.get("securityContext", {})
        capabilities = security.get("capabilities", {})
        wanted = {
            "allowPrivilegeEscalation false": security.get("allowPrivilegeEscalation") is False,
            "readOnlyRootFilesystem": security.get("readOnlyRootFilesystem") is True,
            "a /tmp to write to": "/tmp" in [mount["mountPath"] for mount in container.get("volumeMounts", [])],
            "all capabilities dropped": capabilities == {"drop": ["ALL"]},
            "the pod's user": not {"runAsUser", "runAsNonRoot", "privileged"} & security.keys(),
        }
        yield from (f"{pod.name}/{container['name']} lacks {what}" for what, holds in wanted.items() if not holds)


def images_have_versions(world):
    """No image is whatever was pushed last, and ours are of this version."""
    ours = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    for pod, container in containers(world):
        name, _, tag = container["image"].partition("@")[0].rpartition(":")
        if not name or "/" in tag or tag == "latest":
            yield f"{pod.name}/{container['name']}: {container['image']} has no version"
        if name.rpartition("/")[2].startswith("daymark-") and tag != ours:
            yield f"{pod.name}/{container['name']}: {container['image']} is not version {ours}"


def bounded(world):
    """Each container says what it needs, and cannot take a node's memory or disk."""
    for pod, container in containers(world):
        resources = container.get("resources", {})
        for kind, what in [
            ("requests", "cpu"),
            ("requests", "memory"),
            ("limits", "memory"),
            ("limits", "ephemeral-storage"),
        ]:
            if what not in resources.get(kind, {}):
                yield f"{pod.name}/{container['name']} has no {kind} of {what}"
    for pod in world.pods:
        for volume in pod.spec.get("volumes", []):
            # A volume that says nothing more is such a folder too.
            folder = {} if volume.keys() == {"name"} else volume.get("emptyDir")
            if folder is not None and "sizeLimit" not in folder:
                yield f"{pod.name}: the folder {volume['name']} has no sizeLimit"
        if pod.owner["kind"] == "CronJob":
            job = pod.owner["spec"]["jobTemplate"]["spec"]
            if "activeDeadlineSeconds" not in job or pod.owner["spec"].get("concurrencyPolicy") != "Forbid":
                yield f"{pod.name} may last for ever, or run beside itself"


def probed(world):
    """Whoever goes on is asked whether it is ready and alive, at a port and a path that it has."""
    for pod in world.pods:
        if not pod.goes_on:
            continue
        for container in pod.spec["containers"]:
            for probe in ("readinessProbe", "livenessProbe"):
                if probe not in container:
                    yield f"{pod.name}/{container['name']} has no {probe}"
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                how = container.get(probe, {})
                port = how.get("httpGet", how.get("tcpSocket", {})).get("port")
                if port is not None and pod.port(port) is None:
                    yield f"{pod.name}/{container['name']}: {probe} asks port {port}, which it does not have"
                if how and not asks(how, container, probe):
                    yield f"{pod.name}/{container['name']}: {probe} does not ask what tells it: {how}"


def asks(how, container, probe):
    """Whether a probe asks what can tell it. Only the server knows of being ready; Valkey is there when its port opens."""
    image = image_of(container)
    if image not in {SERVER, WEB}:
        return "tcpSocket" in how
    wanted = "/readyz" if image == SERVER and probe == "readinessProbe" else "/healthz"
    return how.get("httpGet", {}).get("path") == wanted


def references(world):
    """Whatever is named exists: settings, secrets and their keys, volumes, and what a container mounts of them."""
    used = set()
    keys = world.secret["stringData"].keys()
    for pod in world.pods:
        volumes = {volume["name"]: volume for volume in pod.spec.get("volumes", [])}
        for volume in volumes.values():
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and not world.named("PersistentVolumeClaim", claim):
                yield f"{pod.name}: there is no volume {claim}"
            secret = volume.get("secret")
            if secret and secret["secretName"] != world.secret["metadata"]["name"]:
                yield f"{pod.name}: there is no Secret {secret['secretName']}"
            for item in (secret or {}).get("items", []):
                used.add(item["key"])
                if item["key"] not in keys:
                    yield f"{pod.name}: the example of the Secret has no {item['key']}"
        for container in pod.containers:
            for source in container.get("envFrom", []):
                settings = source.get("configMapRef", {}).get("name")
                if not settings or not world.named("ConfigMap", settings):
                    yield f"{pod.name}/{container['name']}: there are no settings {settings}"
            mounts = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", [])}
            for mount in mounts.keys() - volumes.keys():
                yield f"{pod.name}/{container['name']}: there is no volume {mount} to mount"
            files = {
                f"{path}/{item['path']}"
                for name, path in mounts.items()
                for item in volumes.get(name, {}).get("secret", {}).get("items", [])
            }
            for variable in container.get("env", []):
                if variable["name"].endswith("_FILE") and variable["value"] not in files:
                    yield f"{pod.name}/{container['name']}: {variable['name']} names {variable['value']}, which is not mounted"
    yield from (f"nobody uses {key} of the Secret's example" for key in sorted(keys - used))


def no_secrets(world):
    """No value that is to be secret stands in what everybody may read."""
    if world.of("Secret"):
        yield "an overlay holds a Secret"
    if any(world.secret["stringData"].values()) or world.secret.get("data"):
        yield "the example of the Secret holds a value that somebody might use"
    secrets = {"MASTER_KEY", "VALKEY_URL", "SMTP_URL", "BACKUP_PASSPHRASE", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"}
    named = [(thing["metadata"]["name"], thing.get("data", {}).keys()) for thing in world.of("ConfigMap")]
    named += [(f"{pod.name}/{c['name']}", {v["name"] for v in c.get("env", [])}) for pod, c in containers(world)]
    for where, names in named:
        yield from (f"{where} has {name} in clear" for name in sorted(secrets & set(names)))


def own_pods(world):
    """A Deployment counts and replaces its own pods, and no other's."""
    for pod in world.pods:
        if pod.goes_on and world.selected(pod.owner["spec"]["selector"]) != [pod]:
            yield f"{label(pod.owner)} does not select its own pods alone"


def services_reach_pods(world):
    """A Service has pods behind it, with that port; an Ingress has a Service, and the certificate where it says https."""
    for service in world.of("Service"):
        behind = world.selected({"matchLabels": service["spec"]["selector"]})
        if not behind:
            yield f"{label(service)} selects nobody"
        for port in service["spec"]["ports"]:
            for pod in behind:
                if pod.port(port.get("targetPort", port["port"])) is None:
                    yield f"{label(service)}: {pod.name} has no port {port.get('targetPort')}"
    settings = next((s["data"] for s in world.of("ConfigMap") if s["metadata"]["name"].startswith("daymark-site")), {})
    public = urlsplit(settings.get("PUBLIC_URL", ""))
    ingresses = world.of("Ingress")
    if not ingresses:
        yield "nobody is let in: there is no Ingress"
    for ingress in ingresses:
        hosts = {rule.get("host") for rule in ingress["spec"]["rules"]}
        if hosts != {public.hostname}:
            yield f"{label(ingress)} is for {sorted(map(str, hosts))}, but PUBLIC_URL says {public.hostname}"
        with_tls = {host for entry in ingress["spec"].get("tls", []) for host in entry["hosts"]}
        if (public.scheme == "https") != (with_tls == hosts):
            yield f"{label(ingress)} has certificates for {sorted(with_tls)}, but PUBLIC_URL says {public.scheme}"
        for rule in ingress["spec"]["rules"]:
            if [(path["path"], path["pathType"]) for path in rule["http"]["paths"]] != [("/", "Prefix")]:
                yield f"{label(ingress)} does not lead all paths of {rule.get('host')} to one place"
        for path in (path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]):
            wanted = path["backend"]["service"]
            service = world.named("Service", wanted["name"])
            if not service or wanted["port"].get("name") not in {port.get("name") for port in service["spec"]["ports"]}:
                yield f"{label(ingress)}: there is no Service {wanted['name']} with that port"


def volume_stays_on_one_node(world):
    """Whoever has the database goes where the others are, and can leave with them."""
    for claim in world.of("PersistentVolumeClaim"):
        if claim["spec"]["accessModes"] != ["ReadWriteOnce"]:
            yield f"{label(claim)}: {claim['spec']['accessModes']} is not one node with any number of pods"
    for pod in world.pods:
        has = bool({"daymark-data", "daymark-keys"} & pod.claims())
        bears = matches({"matchLabels": SHARED}, pod.labels)
        if has != bears:
            yield f"{pod.name}: {'has' if has else 'has not'} the volume, and {'bears' if bears else 'does not bear'} its label"
        affinity = pod.spec.get("affinity", {}).get("podAffinity", {})
        terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", [])
        if has and {"labelSelector": {"matchLabels": SHARED}, "topologyKey": "kubernetes.io/hostname"} not in terms:
            yield f"{pod.name} may start on another node than the others"
        if has and pod.spec["securityContext"].get("fsGroupChangePolicy") != "OnRootMismatch":
            yield f"{pod.name} opens the keyring to its group"


def budgets(world):
    """web is never gone as a whole; what shares the volume is not held back."""
    for budget in world.of("PodDisruptionBudget"):
        held = world.selected(budget["spec"]["selector"])
        if not held:
            yield f"{label(budget)} selects nobody"
        for pod in held:
            if matches({"matchLabels": SHARED}, pod.labels):
                yield f"{label(budget)} holds {pod.name}, so that its node cannot be drained"
            if budget["spec"].get("maxUnavailable") == 0 or budget["spec"].get("minAvailable", 0) == pod.replicas:
                yield f"{label(budget)} lets no pod of {pod.name} go"
    if not any(
        pod.component == "web" for b in world.of("PodDisruptionBudget") for pod in world.selected(b["spec"]["selector"])
    ):
        yield "web has no PodDisruptionBudget"


def known(world):
    """Images are told what they understand: commands of the server, its variables, those of nginx's start."""
    commands = re.findall(
        r"^    ([A-Z][a-z]+)(?:\(.*\))?,$", (ROOT / "server/src/cli/mod.rs").read_text(), re.MULTILINE
    )
    nginx = (ROOT / "docker/web.sh").read_text() + (ROOT / "scripts/nginx-render").read_text()
    variables = {
        SERVER: set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "server/src/config.rs").read_text())),
        WEB: set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", nginx)),
    }
    for pod, container in containers(world):
        image = image_of(container)
        if image not in variables:
            continue
        line = " ".join([*container.get("command", ["server"]), *container.get("args", [])])
        for command in re.findall(r"\bserver ([a-z]+)", line):
            if command.title() not in commands:
                yield f"{pod.name}/{container['name']}: the server has no command {command}"
        given = {variable["name"] for variable in container.get("env", [])}
        for source in container.get("envFrom", []):
            given |= world.named("ConfigMap", source["configMapRef"]["name"])["data"].keys()
        yield from (
            f"{pod.name}/{container['name']}: {image} knows no {name}" for name in sorted(given - variables[image])
        )


POLICIES = [
    schemas,
    known,
    one_namespace,
    confined_pods,
    confined_containers,
    images_have_versions,
    bounded,
    probed,
    references,
    no_secrets,
    own_pods,
    services_reach_pods,
    volume_stays_on_one_node,
    budgets,
    network,
    other_namespaces,
    commands,
    updates,
    counted,
    backups,
    data_on_volumes,
    wired,
]
