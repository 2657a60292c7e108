"""Shows that each policy can fail: what is broken here on purpose must be complained of."""

import copy

from policies import (
    POLICIES,
    bounded,
    budgets,
    confined_containers,
    confined_pods,
    images_have_versions,
    known,
    network,
    no_secrets,
    one_namespace,
    probed,
    references,
    schemas,
    services_reach_pods,
    volume_stays_on_one_node,
)
from world import COMPONENT


def pod_spec(world, name):
    return next(pod.spec for pod in world.pods if pod.name == name)


def container_of(world, name):
    return pod_spec(world, name)["containers"][0]


def policy_spec(world, name):
    return world.named("NetworkPolicy", name)["spec"]


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
    (bounded, lambda w: w.named("CronJob", "daymark-backup")["spec"].pop("concurrencyPolicy"), "beside itself"),
    (probed, lambda w: container_of(w, "daymark-jobs").pop("livenessProbe"), "livenessProbe"),
    (probed, lambda w: container_of(w, "daymark-api")["readinessProbe"]["httpGet"].update(port=4001), "4001"),
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
    (
        services_reach_pods,
        lambda w: container_of(w, "daymark-web")["env"][0].update(value="daymark-api:4000"),
        "no whole name",
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
    (volume_stays_on_one_node, lambda w: pod_spec(w, "daymark-api").pop("initContainers"), "migrate"),
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
    (network, lambda w: policy_spec(w, "outbound")["egress"].pop(), "jobs cannot reach the internet at 443"),
    (network, lambda w: policy_spec(w, "outbound")["egress"][1].pop("ports"), "any port"),
    (network, reach_everything, "may reach 10.0.0.1"),
    (network, lambda w: w.objects.remove(w.named("NetworkPolicy", "metrics")), "jobs at metrics"),
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
