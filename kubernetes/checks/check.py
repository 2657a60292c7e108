"""Holds what Kustomize built against the API's schemas and against what docs/kubernetes.md promises.

check.py SECRET_EXAMPLE FILE…           every complaint on a line; fails where there is one
check.py --broken SECRET_EXAMPLE FILE   breaks FILE in many ways, and fails where that is not seen
"""

import sys
from pathlib import Path

import yaml

from breakages import BREAKAGES, broken
from policies import POLICIES
from world import World


def load(path):
    return [thing for thing in yaml.safe_load_all(Path(path).read_text()) if thing]


def main(arguments):
    only_breaks = arguments[:1] == ["--broken"]
    example, *files = arguments[1:] if only_breaks else arguments
    complaints = []
    for file in files:
        world = World(Path(file).stem, load(file), load(example)[0])
        found = broken(world) if only_breaks else (line for policy in POLICIES for line in policy(world))
        complaints += [f"{Path(file).stem}: {line}" for line in found]
        if not only_breaks:
            print(f"{Path(file).stem}: {len(world.objects)} objects, {len(POLICIES)} policies")
        else:
            print(f"{Path(file).stem}: broken in {len(BREAKAGES)} ways")
    for line in complaints:
        print(line, file=sys.stderr)
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
