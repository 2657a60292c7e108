"""Shows that each policy can fail: what is broken here on purpose must be complained of."""

import copy

from policies import (
    POLICIES,
    backups,
    bounded,
    budgets,
    commands,
    confined_containers,
    confined_pods,
    counted,
    data_on_volumes,
    images_have_versions,
    known,
    network,
    no_secrets,
    one_namespace,
    other_namespaces,
    own_pods,
    probed,
    references,
    schemas,
    services_reach_pods,
    updates,
    volume_stays_on_one_node,
    wired,
)
from reach import NAMESPACE
from world import COMPONENT


def pod_spec(world, name):
    return next(pod.spec for pod in world.pods if pod.name == name)


def container_of(world, name):
    return pod_spec(world, name)["containers"][0]


def migration(world, name):
    return pod_spec(world, name)["initContainers"][0]


def owner_spec(world, name, kind="Deployment"):
    return world.named(kind, name)["spec"]


def cron_job(world):
    return owner_spec(world, "daymark-backup", "CronJob")


def settings(world):
    """What the server is told, but for the address."""
    return next(thing["data"] for thing in world.of("ConfigMap") if "METRICS_BIND" in thing["data"])


def set_variable(container, name, value):
    next(variable for variable in container["env"] if variable["name"] == name).update(value=value)


def unset(container, name):
    container["env"] = [variable for variable in container["env"] if variable["name"] != name]


def mount_elsewhere(container, name, path):
    next(mount for mount in container["volumeMounts"] if mount["name"] == name).update(mountPath=path)


def unmount(container, name):
    container["volumeMounts"] = [mount for mount in container["volumeMounts"] if mount["name"] != name]


def policy_spec(world, name):
    return world.named("NetworkPolicy", name)["spec"]


def ingress_peer(world, name):
    return policy_spec(world, name)["ingress"][0]["from"][0]


def ingress_path(world):
    return owner_spec(world, "daymark", "Ingress")["rules"][0]["http"]["paths"][0]


def named(namespace):
    return {"namespaceSelector": {"matchLabels": {NAMESPACE: namespace}}}


def in_single_node(breaks):
    """As if the other overlay had been built."""

    def of_it(world):
        world.overlay = "single-node"
        breaks(world)

    return of_it


def reach_everything(world):
    policy_spec(world, "outbound")["egress"][1]["to"][0]["ipBlock"]["except"].remove("10.0.0.0/8")


def no_affinity(world):
    del pod_spec(world, "daymark-backup")["affinity"]


# Each: which policy must see it, what is done, a part of the complaint.
BREAKAGES = [
    (schemas, lambda w: container_of(w, "daymark-api").update(imagePullPolice="Always"), "imagePullPolice"),
    (schemas, lambda w: w.named("Deployment", "daymark-web")["spec"].update(replicas="two"), "replicas"),
    (schemas, lambda w: w.named("CronJob", "daymark-backup").update(apiVersion="batch/v1beta1"), "batch/v1beta1"),
    (known, lambda w: container_of(w, "daymark-jobs").update(args=["work"]), "no command work"),
    (known, lambda w: w.of("ConfigMap")[0]["data"].update(TRUSTED_PROXY="10.0.0.0/8"), "knows no TRUSTED_PROXY"),
    (one_namespace, lambda w: w.named("Namespace", "daymark")["metadata"].pop("labels"), "restricted"),
    (
        one_namespace,
        lambda w: w.named("Service", "daymark-web")["metadata"].update(namespace="default"),
        "not in the namespace",
    ),
    (confined_pods, lambda w: pod_spec(w, "daymark-web")["securityContext"].pop("runAsNonRoot"), "runAsNonRoot"),
    (confined_pods, lambda w: pod_spec(w, "daymark-api")["securityContext"].update(runAsUser=0), "runAsUser"),
    (confined_pods, lambda w: pod_spec(w, "daymark-backup")["securityContext"].pop("seccompProfile"), "seccompProfile"),
    (confined_pods, lambda w: pod_spec(w, "daymark-jobs").pop("automountServiceAccountToken"), "automount"),
    (
        confined_pods,
        lambda w: pod_spec(w, "daymark-api")["volumes"].append({"name": "h", "hostPath": {"path": "/"}}),
        "host",
    ),
    (
        confined_containers,
        lambda w: pod_spec(w, "daymark-api")["initContainers"][0].pop("securityContext"),
        "migrate lacks",
    ),
    (
        confined_containers,
        lambda w: container_of(w, "daymark-valkey")["securityContext"].pop("readOnlyRootFilesystem"),
        "readOnly",
    ),
    (
        confined_containers,
        lambda w: container_of(w, "daymark-web")["securityContext"]["capabilities"].update(add=["NET_BIND_SERVICE"]),
        "capabilities",
    ),
    (confined_containers, lambda w: unmount(container_of(w, "daymark-web"), "tmp"), "daymark-web/web lacks a /tmp"),
    (
        images_have_versions,
        lambda w: container_of(w, "daymark-api").update(image="daymark-server:0.0.9"),
        "not version",
    ),
    (
        images_have_versions,
        lambda w: container_of(w, "daymark-web").update(image="ghcr.io/example/daymark-web:latest"),
        "no version",
    ),
    (
        images_have_versions,
        lambda w: container_of(w, "daymark-web").update(image="localhost:5000/daymark-web"),
        "no version",
    ),
    (bounded, lambda w: container_of(w, "daymark-valkey")["resources"].pop("limits"), "limits of memory"),
    (bounded, lambda w: pod_spec(w, "daymark-web")["volumes"][0].update(emptyDir={}), "sizeLimit"),
    (bounded, lambda w: pod_spec(w, "daymark-api")["volumes"][-1].pop("emptyDir"), "sizeLimit"),
    (bounded, lambda w: w.named("CronJob", "daymark-backup")["spec"].pop("concurrencyPolicy"), "beside itself"),
    (probed, lambda w: container_of(w, "daymark-jobs").pop("livenessProbe"), "livenessProbe"),
    (probed, lambda w: container_of(w, "daymark-api")["readinessProbe"]["httpGet"].update(port=4001), "4001"),
    (
        probed,
        lambda w: container_of(w, "daymark-api")["livenessProbe"]["httpGet"].update(path="/"),
        "livenessProbe does not ask",
    ),
    (
        probed,
        lambda w: container_of(w, "daymark-jobs")["readinessProbe"]["httpGet"].update(path="/healthz"),
        "readinessProbe does not ask",
    ),
    (
        probed,
        lambda w: container_of(w, "daymark-web").update(readinessProbe={"exec": {"command": ["true"]}}),
        "readinessProbe does not ask",
    ),
    (references, lambda w: w.objects.remove(w.named("PersistentVolumeClaim", "daymark-keys")), "daymark-keys"),
    (references, lambda w: w.objects.remove(w.of("ConfigMap")[0]), "no settings"),
    (references, lambda w: w.secret["stringData"].pop("smtp-url"), "smtp-url"),
    (references, lambda w: w.secret["stringData"].update(more=""), "nobody uses more"),
    (references, lambda w: container_of(w, "daymark-api")["env"][0].update(value="/run/secrets/valkey"), "not mounted"),
    (no_secrets, lambda w: w.secret["stringData"].update({"backup-passphrase": "secret"}), "might use"),
    (
        no_secrets,
        lambda w: w.of("ConfigMap")[0]["data"].update(SMTP_URL="smtps://me:secret@mail.example.org"),
        "in clear",
    ),
    (
        services_reach_pods,
        lambda w: w.named("Service", "daymark-api")["spec"]["selector"].update({COMPONENT: "server"}),
        "selects nobody",
    ),
    (
        services_reach_pods,
        lambda w: w.named("Service", "daymark-web")["spec"]["ports"][0].update(targetPort="https"),
        "no port https",
    ),
    (services_reach_pods, lambda w: w.named("Ingress", "daymark")["spec"].pop("tls"), "certificates"),
    (
        services_reach_pods,
        lambda w: w.named("Ingress", "daymark")["spec"]["rules"][0].update(host="other.example.org"),
        "PUBLIC_URL",
    ),
    (services_reach_pods, lambda w: w.objects.remove(w.named("Ingress", "daymark")), "let in"),
    (services_reach_pods, lambda w: ingress_path(w).update(path="/api"), "all paths"),
    (services_reach_pods, lambda w: ingress_path(w).update(pathType="Exact"), "all paths"),
    (
        own_pods,
        lambda w: owner_spec(w, "daymark-jobs")["selector"]["matchLabels"].pop(COMPONENT),
        "Deployment daymark-jobs does not select",
    ),
    (volume_stays_on_one_node, no_affinity, "another node"),
    (
        volume_stays_on_one_node,
        lambda w: w.named("PersistentVolumeClaim", "daymark-data")["spec"].update(accessModes=["ReadWriteMany"]),
        "one node",
    ),
    (
        volume_stays_on_one_node,
        lambda w: pod_spec(w, "daymark-jobs")["securityContext"].pop("fsGroupChangePolicy"),
        "keyring",
    ),
    (
        budgets,
        lambda w: w.of("PodDisruptionBudget")[0]["spec"]["selector"]["matchLabels"].update({COMPONENT: "api"}),
        "drained",
    ),
    (budgets, lambda w: w.of("PodDisruptionBudget")[0]["spec"].update(maxUnavailable=0), "lets no pod"),
    (budgets, lambda w: w.objects.remove(w.of("PodDisruptionBudget")[0]), "web has no"),
    (network, lambda w: w.objects.remove(w.named("NetworkPolicy", "nothing")), "by default"),
    (network, lambda w: w.objects.remove(w.named("NetworkPolicy", "api")), "web cannot reach api at 4000"),
    (network, lambda w: policy_spec(w, "web")["egress"][0]["ports"][0].update(port=8080), "web cannot reach api"),
    (network, lambda w: policy_spec(w, "valkey")["ingress"][0].pop("from"), "for everybody"),
    (
        network,
        lambda w: policy_spec(w, "dns")["podSelector"]["matchExpressions"][0]["values"].remove("jobs"),
        "jobs cannot look",
    ),
    (network, lambda w: policy_spec(w, "dns")["egress"][0]["to"][0].pop("namespaceSelector"), "jobs cannot look"),
    (network, lambda w: policy_spec(w, "web").update(policyTypes=["Ingress"]), "web cannot reach api"),
    (network, lambda w: policy_spec(w, "outbound")["egress"].pop(), "jobs cannot reach the internet at 443"),
    (network, lambda w: policy_spec(w, "outbound")["egress"][1].pop("ports"), "any port"),
    (network, reach_everything, "may reach 10.0.0.1"),
    (
        network,
        lambda w: policy_spec(w, "api")["ingress"][0]["from"].append({"podSelector": {}}),
        "backup may reach api at 4000",
    ),
    (
        network,
        lambda w: policy_spec(w, "metrics")["ingress"][0]["ports"][0].update(port=1, endPort=65535),
        "more than a port",
    ),
    (other_namespaces, lambda w: w.objects.remove(w.named("NetworkPolicy", "metrics")), "jobs at 9464"),
    (other_namespaces, lambda w: ingress_peer(w, "web").update(namespaceSelector={}), "web lets namespaces in"),
    (other_namespaces, lambda w: ingress_peer(w, "metrics").update(namespaceSelector={}), "jobs lets namespaces in"),
    (
        other_namespaces,
        lambda w: policy_spec(w, "api")["ingress"][0]["from"].append({"namespaceSelector": {}}),
        "api lets namespaces in",
    ),
    (
        other_namespaces,
        lambda w: policy_spec(w, "api")["ingress"][0]["from"].append(named("traefik")),
        "api lets traefik in at 4000",
    ),
    (other_namespaces, lambda w: ingress_peer(w, "metrics").update(named("default")), "lets default in at 9464"),
    (
        other_namespaces,
        lambda w: policy_spec(w, "web")["ingress"][0]["from"].append({"ipBlock": {"cidr": "0.0.0.0/0"}}),
        "web lets addresses in",
    ),
    (
        other_namespaces,
        lambda w: policy_spec(w, "outbound")["egress"][1]["to"].append({"namespaceSelector": {}}),
        "jobs may reach other namespaces",
    ),
    (
        other_namespaces,
        lambda w: policy_spec(w, "dns")["egress"][0]["to"][0].update(namespaceSelector={}),
        "web may reach other namespaces",
    ),
    (commands, lambda w: pod_spec(w, "daymark-api").pop("initContainers"), "does not run “server migrate”"),
    (commands, lambda w: migration(w, "daymark-api").update(args=["migrate", "--check"]), "“server migrate --check”"),
    (commands, lambda w: migration(w, "daymark-jobs").update(args=["doctor"]), "runs “server doctor”"),
    (commands, lambda w: migration(w, "daymark-jobs").update(command=["true"]), "runs “true migrate”"),
    (commands, lambda w: migration(w, "daymark-api").update(image="daymark-server:0.1.0"), "another image"),
    (commands, lambda w: migration(w, "daymark-api").update(restartPolicy="Always"), "nobody waits"),
    (
        commands,
        lambda w: container_of(w, "daymark-jobs").update(args=["api"]),
        "jobs: jobs of containers runs “server api”",
    ),
    (commands, lambda w: container_of(w, "daymark-backup").update(args=["backup"]), "runs “server backup”"),
    (
        updates,
        lambda w: owner_spec(w, "daymark-api").update(strategy={"type": "Recreate"}),
        "daymark-api may end before",
    ),
    (
        updates,
        lambda w: owner_spec(w, "daymark-jobs")["strategy"].update(rollingUpdate={"maxUnavailable": 1, "maxSurge": 0}),
        "daymark-jobs may end before",
    ),
    (updates, lambda w: owner_spec(w, "daymark-web").pop("strategy"), "daymark-web may end before"),
    (updates, lambda w: container_of(w, "daymark-api").pop("lifecycle"), "still asked"),
    (updates, lambda w: pod_spec(w, "daymark-web").update(terminationGracePeriodSeconds=5), "still asked"),
    (updates, lambda w: owner_spec(w, "daymark-valkey").update(replicas=2), "two of daymark-valkey"),
    (updates, lambda w: owner_spec(w, "daymark-valkey").pop("strategy"), "two of daymark-valkey"),
    (counted, lambda w: owner_spec(w, "daymark-api").update(replicas=0), "daymark-api: 0"),
    (counted, lambda w: owner_spec(w, "daymark-web").pop("replicas"), "daymark-web: 1 in production, not 2"),
    (counted, in_single_node(lambda w: owner_spec(w, "daymark-jobs").update(replicas=0)), "0 in single-node, not 1"),
    (backups, lambda w: w.objects.remove(w.named("CronJob", "daymark-backup")), "nobody"),
    (backups, lambda w: cron_job(w).update(suspend=True), "suspended"),
    (backups, lambda w: pod_spec(w, "daymark-backup").pop("restartPolicy"), "does not end"),
    (backups, lambda w: cron_job(w).update(schedule="17 3 1 1 *"), "each night: 17 3 1 1 *"),
    (backups, lambda w: cron_job(w).update(schedule="@yearly"), "each night: @yearly"),
    (
        backups,
        lambda w: set_variable(container_of(w, "daymark-backup"), "BACKUP_TO", "/app/database/backups"),
        "writes to",
    ),
    (backups, lambda w: unset(container_of(w, "daymark-backup"), "BACKUP_TO"), "writes to"),
    (backups, lambda w: mount_elsewhere(container_of(w, "daymark-backup"), "backups", "/app/other"), "writes to"),
    (backups, lambda w: set_variable(container_of(w, "daymark-backup"), "BACKUP_KEEP", "1h"), "keeps them for 1h"),
    (backups, lambda w: settings(w).pop("BACKUP_EVERY"), "daymark-jobs makes backups too"),
    (
        data_on_volumes,
        lambda w: unmount(container_of(w, "daymark-api"), "keys"),
        "daymark-api/api: MASTER_KEYRING_FILE is “/app/keys/keyring.json”, which is not on",
    ),
    (
        data_on_volumes,
        lambda w: mount_elsewhere(migration(w, "daymark-jobs"), "keys", "/keys"),
        "daymark-jobs/migrate: MASTER_KEYRING_FILE",
    ),
    (
        data_on_volumes,
        lambda w: mount_elsewhere(container_of(w, "daymark-jobs"), "data", "/data"),
        "daymark-jobs/jobs: DATABASE_URL is “/app/database/daymark.db”, which is not on",
    ),
    (data_on_volumes, lambda w: settings(w).update(DATABASE_URL="sqlite:///tmp/daymark.db"), "“/tmp/daymark.db”"),
    (
        data_on_volumes,
        lambda w: container_of(w, "daymark-api")["volumeMounts"][0].update(subPath="api"),
        "daymark-api/api: DATA_DIR",
    ),
    (
        data_on_volumes,
        lambda w: container_of(w, "daymark-backup")["volumeMounts"][0].update(readOnly=True),
        "cannot write to daymark-data",
    ),
    (wired, lambda w: set_variable(container_of(w, "daymark-web"), "UPSTREAM", "daymark-api:4000"), "no whole name"),
    (wired, lambda w: unset(container_of(w, "daymark-web"), "UPSTREAM"), "no whole name: server:4000"),
    (wired, lambda w: w.named("Service", "daymark-api")["metadata"].update(name="daymark-server"), "leads to the api"),
    (
        wired,
        lambda w: set_variable(
            container_of(w, "daymark-web"), "UPSTREAM", "daymark-api.default.svc.cluster.local:4000"
        ),
        "leads to the api",
    ),
    (wired, lambda w: w.objects.remove(w.named("Service", "daymark-valkey")), "no Service leads to it"),
    (wired, lambda w: container_of(w, "daymark-valkey").update(command=["valkey-server"]), "its password"),
    (wired, lambda w: unmount(container_of(w, "daymark-valkey"), "secrets"), "its password"),
    (wired, lambda w: container_of(w, "daymark-valkey")["args"].extend(["--requirepass", ""]), "another password"),
    (wired, lambda w: container_of(w, "daymark-valkey").pop("args"), "keeps what it is told"),
    (wired, lambda w: unset(container_of(w, "daymark-jobs"), "VALKEY_URL_FILE"), "VALKEY_URL_FILE is not where"),
    (
        wired,
        lambda w: unset(container_of(w, "daymark-backup"), "BACKUP_PASSPHRASE_FILE"),
        "BACKUP_PASSPHRASE_FILE is not where",
    ),
    (wired, lambda w: container_of(w, "daymark-jobs")["envFrom"].pop(0), "daymark-jobs/jobs is not told PUBLIC_URL"),
    (wired, lambda w: container_of(w, "daymark-web").pop("envFrom"), "daymark-web/web is not told TRUSTED_PROXIES"),
    (wired, lambda w: settings(w).pop("METRICS_BIND"), "daymark-jobs/jobs: METRICS_BIND"),
    (wired, lambda w: settings(w).update(METRICS_BIND="127.0.0.1:9464"), "daymark-api/api: METRICS_BIND"),
    (wired, lambda w: settings(w).update(METRICS_BIND="0.0.0.0:9465"), "does not open the port metrics"),
    (
        wired,
        lambda w: w.named("Deployment", "daymark-api")["spec"]["template"]["metadata"].pop("annotations"),
        "numbers",
    ),
    (wired, lambda w: settings(w).update(PORT="5000"), "listens at 0.0.0.0:5000"),
    (wired, lambda w: container_of(w, "daymark-web")["env"].append({"name": "LISTEN", "value": "80"}), "listens at 80"),
]


def broken(world):
    """Complains of each breakage that its policy does not see."""
    for policy in POLICIES:
        if policy not in [breakage[0] for breakage in BREAKAGES]:
            yield f"nothing shows that {policy.__name__} can fail"
    for policy, breaks, complaint in BREAKAGES:
        other = copy.deepcopy(world)
        breaks(other)
        found = list(policy(other))
        if not any(complaint in line for line in found):
            yield f"{policy.__name__} did not complain of “{complaint}”, but of {found}"
