"""Where a workflow is not what promises.yml says."""

from difflib import SequenceMatcher
from pathlib import Path

import yaml

PROMISES = Path(__file__).with_suffix(".yml")
# More in these is another meaning: one more trigger, or something that is left out.
CLOSED = {"on", "push", "strategy", "matrix"}


def promises():
    return yaml.safe_load(PROMISES.read_text())


def broken_promises(name_of_file, workflow):
    return list(differences(with_on(promises().get(name_of_file, {})), with_on(workflow)))


def with_on(workflow):
    """To YAML `on` is a word for true."""
    return {"on" if name is True else name: value for name, value in workflow.items()}


def differences(promised, actual, place=()):
    name = place[-1] if place else ""
    if isinstance(promised, dict) and isinstance(actual, dict):
        yield from of_mapping(promised, actual, place)
    elif name == "steps":
        yield from of_steps(promised, actual, place)
    elif isinstance(promised, str) and promised.endswith("\n"):
        there = lines(actual or "")
        yield from (f"{spelled(place)} lacks {line}" for line in lines(promised) if line not in there)
    elif promised != actual:
        yield f"{spelled(place)} is {actual}, not {promised}"


def of_mapping(promised, actual, place):
    if place and place[-1] in CLOSED:
        yield from (f"{spelled(place)} has {more} too" for more in sorted(actual.keys() - promised.keys()))
    for name, value in promised.items():
        if name not in actual:
            yield f"{spelled((*place, name))} is missing"
        elif name != "uses":
            yield from differences(value, actual[name], (*place, name))


def of_steps(promised, actual, place):
    """Of each that is promised the one that comes nearest."""
    before = -1
    for wanted in promised:
        kind = kind_of(wanted)
        alike = [index for index, step in enumerate(actual) if kind_of(step) == kind]
        if not alike:
            yield f"{spelled(place)} has no {kind}"
            continue
        told = {index: list(differences(wanted, actual[index], (*place[:-1], kind))) for index in alike}
        index = min(alike, key=lambda one: (len(told[one]), unlikeness(wanted, actual[one])))
        yield from told[index]
        if index < before:
            yield f"{spelled((*place[:-1], kind))} comes too early"
        before = max(before, index)


def unlikeness(wanted, step):
    return 1 - SequenceMatcher(None, str(wanted), str(step)).ratio()


def kind_of(step):
    return step["uses"].partition("@")[0] if "uses" in step else "step"


def lines(text):
    """As the shell reads them: what ends in a backslash goes on."""
    return [" ".join(line.split()) for line in text.replace("\\\n", " ").splitlines()]


def spelled(place):
    return ".".join(place)
