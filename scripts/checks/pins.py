"""Fails where scripts/env.sh pins a version that Renovate, by renovate.json, does not see:  pins.py"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What goes with something else, and so does not go by itself.
LEFT_OUT = {"TZDATA_VERSION"}
DATASOURCES = {"crate", "github-releases", "npm", "pypi"}


def complaints(text):
    seen = {name: match for match in renovate().finditer(text) for name in re.findall(r"export (\w+)=", match[0])}
    for name in re.findall(r"^export (\w+_VERSION)=\d", text, re.MULTILINE):
        if (name in seen) == (name in LEFT_OUT):
            yield f"Renovate {'sees' if name in seen else 'does not see'} {name}"
    for name, match in seen.items():
        if match["datasource"] not in DATASOURCES:
            yield f"{name}: no datasource {match['datasource']}"
        # Tags of GitHub's begin with something that is not of the version.
        if (match["datasource"] == "github-releases") != bool(match["extractVersion"]):
            yield f"{name}: extractVersion is for releases of GitHub's"


def renovate():
    """Its expression, as Python spells it."""
    (manager,) = json.loads((ROOT / "renovate.json").read_text())["customManagers"]
    return re.compile(manager["matchStrings"][0].replace("(?<", "(?P<"))


def unnoticed(text):
    """Each line that is for Renovate, taken out and misspelt."""
    for line in re.findall(r"^# renovate: .*\n", text, re.MULTILINE):
        for broken in ("", line.replace("datasource=", "source="), line.replace("datasource=", "datasource=x")):
            if not list(complaints(text.replace(line, broken))):
                yield f"{broken!r} instead of {line!r} goes unnoticed"


def main():
    text = (ROOT / "scripts/env.sh").read_text()
    found = [f"scripts/env.sh: {line}" for line in [*complaints(text), *unnoticed(text)]]
    print(f"{len(renovate().findall(text))} versions that Renovate sees")
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
