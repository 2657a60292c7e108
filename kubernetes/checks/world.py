"""What Kustomize built, as the policies look at it."""

import ipaddress
from dataclasses import dataclass

COMPONENT = "app.kubernetes.io/component"


@dataclass
class Pod:
    """A pod as its template describes it."""

    owner: dict
    labels: dict
    annotations: dict
    spec: dict

    @property
    def name(self):
        return self.owner["metadata"]["name"]

    @property
    def component(self):
        return self.labels.get(COMPONENT)

    @property
    def goes_on(self):
        """Whether it is to run for ever."""
        return self.owner["kind"] == "Deployment"

    @property
    def replicas(self):
        """How many of it there are."""
        return self.owner["spec"].get("replicas", 1)

    @property
    def containers(self):
        return self.spec.get("initContainers", []) + self.spec["containers"]

    def claims(self):
        """The names of the volumes it has."""
        claims = (volume.get("persistentVolumeClaim") for volume in self.spec.get("volumes", []))
        return {claim["claimName"] for claim in claims if claim}

    def port(self, port):
        """The number of a port that may be named; None where no container has it."""
        for container in self.spec["containers"]:
            for has in container.get("ports", []):
                if port in (has.get("name"), has["containerPort"]):
                    return has["containerPort"]
        return None


@dataclass
class World:
    """What an overlay would send to the cluster, and the example of the Secret, which it would not."""

    overlay: str
    objects: list
    secret: dict

    def of(self, kind):
        return [thing for thing in self.objects if thing["kind"] == kind]

    def named(self, kind, name):
        return next((thing for thing in self.of(kind) if thing["metadata"]["name"] == name), None)

    @property
    def pods(self):
        found = []
        for thing in self.objects:
            match thing["kind"]:
                case "Deployment" | "StatefulSet" | "DaemonSet" | "Job":
                    template = thing["spec"]["template"]
                case "CronJob":
                    template = thing["spec"]["jobTemplate"]["spec"]["template"]
                case _:
                    continue
            about = template["metadata"]
            found.append(Pod(thing, about.get("labels", {}), about.get("annotations", {}), template["spec"]))
        return found

    def selected(self, selector):
        return [pod for pod in self.pods if matches(selector, pod.labels)]


def matches(selector, labels):
    """Whether a label selector of the API takes these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", []):
        value = labels.get(expression["key"])
        match expression["operator"]:
            case "In":
                holds = value in expression["values"]
            case "NotIn":
                holds = value not in expression["values"]
            case "Exists":
                holds = value is not None
            case _:
                holds = value is None
        if not holds:
            return False
    return True


def label(thing):
    """How complaints name an object."""
    return f"{thing['kind']} {thing['metadata']['name']}"


def containers(world):
    """Each container with its pod."""
    return [(pod, container) for pod in world.pods for container in pod.containers]


def rules(policies, pod, direction):
    """The rules that hold for a pod."""
    specs = (policy["spec"] for policy in policies)
    # Rules for a direction that is not among its types are none.
    of_pod = (
        spec
        for spec in specs
        if matches(spec["podSelector"], pod.labels)
        and direction.title() in spec.get("policyTypes", [direction.title()])
    )
    return [rule for spec in of_pod for rule in spec.get(direction, [])]


def ports(policies, pod, direction, other, target):
    """At which ports of `target` rules of `pod` let `other` through, in this namespace."""
    peers = {"egress": "to", "ingress": "from"}[direction]
    found = set()
    for rule in rules(policies, pod, direction):
        by_label = (
            p["podSelector"] for p in rule.get(peers, []) if "podSelector" in p and "namespaceSelector" not in p
        )
        if peers not in rule or any(matches(selector, other.labels) for selector in by_label):
            found |= {target.port(port["port"]) for port in rule.get("ports", [])} - {None}
    return found


def outside(policies, pod, address):
    """At which ports a pod may reach an address that is no pod's."""
    address = ipaddress.ip_address(address)
    found = set()
    for rule in rules(policies, pod, "egress"):
        blocks = [
            peer["ipBlock"] for peer in rule.get("to", [{"ipBlock": {"cidr": f"{address}"}}]) if "ipBlock" in peer
        ]
        for block in blocks:
            inside = address in ipaddress.ip_network(block["cidr"])
            if inside and not any(address in ipaddress.ip_network(cut) for cut in block.get("except", [])):
                found |= {port["port"] for port in rule.get("ports", [{"port": "any port"}])}
    return found
