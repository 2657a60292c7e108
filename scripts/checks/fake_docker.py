"""Stands for `docker` in deploy_test.py: what Compose was told, and a small model of what would come of it.

The folder FAKE holds world.json: which schema each version makes (`schemas`), which versions do not come up (`broken`), whose nginx
does not (`refused`), which do not answer through nginx (`mute`), cannot migrate (`stuck`) or be stopped (`jammed`), what services each has (`services`); which
build the registry has of each version (`registry`), and which images were only built here (`built`); and what there is: images, the
database (`schema`, `written`), its copies, what runs, and every call. While there is a file `wait`, nothing comes up.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

SERVICES = ["web", "jobs", "server", "valkey"]
SEALS = ("BACKUP_RECIPIENT", "BACKUP_PASSPHRASE", "BACKUP_PASSPHRASE_FILE")

file = Path(os.environ["FAKE"]) / "world.json"
world = json.loads(file.read_text())
arguments = sys.argv[1:]
world["calls"].append(arguments)


def end(code, said=""):
    # At once, since the test looks at it meanwhile.
    file.with_suffix(".new").write_text(json.dumps(world))
    file.with_suffix(".new").replace(file)
    print(said)
    sys.exit(code)


def digest(name, version):
    """Of the build that the registry has now."""
    build = world["registry"].get(version)
    return build and "sha256:" + hashlib.sha256(f"{name} {version} {build}".encode()).hexdigest()


def pull(image):
    if image.startswith("valkey/"):
        return 0
    name, _, wanted = image.partition("@")
    if wanted:
        there = any(digest(name, version) == wanted for version in world["registry"])
        world["images"] |= {image: image} if there else {}
        return int(not there)
    name, _, version = image.rpartition(":")
    found = digest(name, version)
    world["images"] |= {image: f"{name}@{found}", f"{name}@{found}": f"{name}@{found}"} if found else {}
    return int(not found)


def serve(version):
    """Whether a server of this version comes up on the database as it is; it migrates by itself."""
    latest = world["schemas"][version]
    if version in world["broken"] or world["schema"] > latest:
        return False
    world["schema"] = latest
    return True


def server(version, settings, command, *rest):
    """A command of the server in a container of its own."""
    latest = world["schemas"][version]
    if command == "--json":
        if world["schema"] > latest:
            end(1, json.dumps({"error": "the database is a newer version's"}))
        end(
            int(world["schema"] != latest),
            json.dumps({"from": world["schema"], "to": latest, "done": False}, separators=(",", ":")),
        )
    if command == "migrate":
        if version in world["stuck"]:
            end(1, "no")
        world["schema"] = latest
    elif command == "backup":
        sealed = any(settings.get(name) for name in SEALS)
        world["copies"][rest[1]] = [world["schema"], world["written"], sealed]
    elif command == "restore":
        schema, written, sealed = world["copies"].get(rest[0], [0, 0, True])
        if "server" in world["running"] or sealed:
            end(1, "no")
        world["schema"], world["written"] = schema, written
    else:
        end(2, f"no command {command}")
    end(0)


def answer(version, service, command, *rest):
    """What is asked within a container that runs."""
    url = os.environ.get("PUBLIC_URL", "http://localhost:4000")
    path = "/".join(["", *url.rstrip("/").split("/")[3:], "api/v1/instance"])
    tls = bool(os.environ.get("TLS_CERTIFICATE_FILE"))
    answers = world["running"].get("web") == version and version not in world["mute"]
    match [service, command, *rest]:
        case ["web", "bash", "-c", _]:
            end(0, f"{'tls' if tls else ''}|{url}")
        case ["web", "healthy", "8080", "/healthz"]:
            end(0 if world["running"].get("web") == version else 1)
        case ["web", "healthy", "8080", asked]:
            end(0 if answers and not tls and asked == path else 1)
        case ["server", "bash", "-c", _, asked]:
            end(0, f"HTTP/1.1 {'200 OK' if asked == path else '404 Not Found'}" if answers and tls else "")
    end(2, "no such question")


match arguments:
    case ["image", "rm", *_]:
        end(0)
    case ["image", "inspect", "--format", what, image] if image in world["images"]:
        end(0, world["images"][image] if "RepoDigests" in what else image)
    case ["image", "inspect", "--format", what, image] if image in world["built"]:
        end(0, "" if "RepoDigests" in what else world["built"][image])
    case ["image", "inspect", image]:
        end(0 if image in {*world["images"], *world["built"], *world["built"].values()} else 1)
    case ["inspect", *_, trial] | ["exec", trial, *_] | ["logs", *_, trial] | ["rm", "--force", trial]:
        service, _, version = trial.partition(" ")
        up = version not in world["refused" if service == "web" else "broken"]
        match arguments[0]:
            case "inspect":
                end(0, json.dumps(up))
            case "exec":
                end(int(not up))
            case "logs":
                end(0, "what was logged")
        world["trials"] -= 1
        end(0)
    case ["pull", "--quiet", image]:
        end(pull(image))
assert arguments[0] == "compose", arguments
world["settings"] = dict(os.environ)
rest = arguments[1:]
options = []
while rest[0].startswith("--"):
    options.append(rest[:2])
    rest = rest[2:]
assert options[0] == ["--project-directory", "."], options
world["files"] = [value for option, value in options if option == "--file"]
# Compose would read these.
for name in world["files"]:
    assert Path(name).read_text(), name
version = Path(world["files"][0]).parts[1]
services = world["services"].get(version, SERVICES)
images = {name: os.environ["WEB_IMAGE" if name == "web" else "SERVER_IMAGE"] for name in ("web", "server", "jobs")}
command, *rest = rest
named = [word for word in rest if word in services]
match command:
    case "config" if "--services" in rest:
        end(0, "\n".join(services))
    case "config":
        end(0, "\n".join([*dict.fromkeys(images.values()), "valkey/valkey:8.1"]))
    case "run" if "--detach" in rest:
        world["trials"] += 1
        end(0, f"{named[0]} {version}")
    case "run" if "rm" in rest:
        end(0 if world["copies"].pop(rest[-1], None) else 1)
    case "run":
        at = rest.index("server")
        server(version, os.environ | dict(word.split("=", 1) for word in rest[:at] if "=" in word), *rest[at + 1 :])
    case "up":
        while (file.parent / "wait").exists():
            time.sleep(0.05)
        if "--remove-orphans" in rest:
            world["running"] = {name: running for name, running in world["running"].items() if name in services}
        named = named or services
        if "server" in named and not serve(version):
            world["running"].pop("server", None)
            end(1, "container server is unhealthy")
        world["running"] |= dict.fromkeys(named, version)
        world["ran"] |= {name: images[name] for name in named if name in images}
        if "web" in named:
            # Somebody was waiting for this.
            world["written"] += 1
        end(0)
    case "stop" if version in world["jammed"]:
        end(1, "no")
    case "stop" | "rm":
        for service in named:
            world["running"].pop(service, None)
        end(0)
    case "exec":
        answer(version, *rest[1:])
    case "logs":
        end(0, "what was logged")
end(2, f"no command {command}")
