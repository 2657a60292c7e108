"""Policies of who may reach whom."""

from world import label, outside, ports, rules

# Who may reach whom inside, by component, and where.
EDGES = {("web", "api", 4000), ("api", "valkey", 6379), ("jobs", "valkey", 6379)}
# Who may reach the public internet, and where.
OUTSIDE = {(who, port) for who in ("api", "jobs") for port in (443, 465, 587)}
NOT_PUBLIC = [
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "::1",
    "fc00::1",
    "fe80::1",
]
# Where other namespaces may get in, and which; where it is the Ingress's, an overlay names it.
NEIGHBOURS = {("web", "http"): None, ("api", "metrics"): "monitoring", ("jobs", "metrics"): "monitoring"}
NAMESPACE = "kubernetes.io/metadata.name"
NAMES = {
    "namespaceSelector": {"matchLabels": {NAMESPACE: "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}


def network(world):
    """Everything is refused but what is wanted, and what is wanted is let through at both ends."""
    policies = world.of("NetworkPolicy")
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if closed not in [policy["spec"] for policy in policies]:
        yield "no NetworkPolicy refuses everything by default"
    for policy in policies:
        if not world.selected(policy["spec"]["podSelector"]):
            yield f"{label(policy)} selects nobody"
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
            if not (rule.get("from") or rule.get("to")) or not rule.get("ports"):
                yield f"{label(policy)} has a rule for everybody, or for every port"
            if any("port" not in port or "endPort" in port for port in rule.get("ports", [])):
                yield f"{label(policy)} has a rule for more than a port"
    pairs = [(a, b) for a in world.pods for b in world.pods]
    out = {(a.component, b.component, port) for a, b in pairs for port in ports(policies, a, "egress", b, b)}
    let_in = {(a.component, b.component, port) for a, b in pairs for port in ports(policies, b, "ingress", a, b)}
    yield from (f"{a} cannot reach {b} at {port}" for a, b, port in sorted(EDGES - (out & let_in)))
    yield from (f"{a} may reach {b} at {port}" for a, b, port in sorted((out | let_in) - EDGES))
    for pod in world.pods:
        reached = {(pod.component, port) for port in outside(policies, pod, "198.51.100.1")}
        wanted = {(who, port) for who, port in OUTSIDE if who == pod.component}
        yield from (f"{who} cannot reach the internet at {port}" for who, port in sorted(wanted - reached))
        yield from (f"{who} may reach the internet at {port}" for who, port in sorted(reached - wanted, key=str))
        for address in NOT_PUBLIC:
            if outside(policies, pod, address):
                yield f"{pod.component} may reach {address}"
        names = any(rule_names(rule) for rule in rules(policies, pod, "egress"))
        if names != (pod.component in {"web", "api", "jobs"}):
            yield f"{pod.component} {'may' if names else 'cannot'} look names up"


def other_namespaces(world):
    """Another namespace gets in where the document says so, and by its name. Into others nobody goes but to look names up."""
    policies = world.of("NetworkPolicy")
    for pod in world.pods:
        wanted = {(pod.port(what), name) for (who, what), name in NEIGHBOURS.items() if who == pod.component}
        found = set()
        for rule in rules(policies, pod, "ingress"):
            for peer in rule.get("from", []):
                if "ipBlock" in peer:
                    yield f"{pod.component} lets addresses in, whoever has them"
                if "namespaceSelector" in peer:
                    found |= {(port, name_of(peer)) for port in tcp_ports(pod, rule)}
        for port, name in sorted(found, key=str):
            if name is None:
                yield f"{pod.component} lets namespaces in that are not named"
            elif not {(port, name), (port, None)} & wanted:
                yield f"{pod.component} lets {name} in at {port}"
        for port in sorted({port for port, _ in wanted} - {port for port, _ in found}):
            yield f"nobody outside the namespace reaches {pod.component} at {port}"
        for rule in rules(policies, pod, "egress"):
            others = [peer for peer in rule.get("to", []) if "namespaceSelector" in peer]
            if others and (others != [NAMES] or {port.get("port") for port in rule.get("ports", [])} != {53}):
                yield f"{pod.component} may reach other namespaces, for more than names"


def rule_names(rule):
    """Whether a rule is the one for looking names up."""
    return NAMES in rule.get("to", []) and {"protocol": "UDP", "port": 53} in rule.get("ports", [])


def name_of(peer):
    """The namespace that is let in by its name; None where others are too."""
    return peer["namespaceSelector"].get("matchLabels", {}).get(NAMESPACE)


def tcp_ports(pod, rule):
    """The numbers of a rule's ports, whether it names them or not."""
    asked = (port.get("port") for port in rule.get("ports", []) if port.get("protocol", "TCP") == "TCP")
    return {pod.port(port) or port for port in asked}
