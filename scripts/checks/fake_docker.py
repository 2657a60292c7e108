"""Stands for `docker` in deploy_test.py: what Compose was told, and a small model of what would come of it.

The folder FAKE holds world.json: which schema each version makes (`schemas`), which versions do not come up (`broken`), do not
answer through nginx (`mute`) or cannot migrate (`stuck`), what the registry has (`registry`); and what there is: the database
(`schema`, `written`), its copies, what runs, and every call. While there is a file `wait`, nothing comes up.
"""

import json
import os
import sys
import time
from pathlib import Path

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


def serve(version):
    """Whether a server of this version comes up on the database as it is; it migrates by itself."""
    latest = world["schemas"][version]
    if version in world["broken"] or world["schema"] > latest:
        return False
    world["schema"] = latest
    return True


def server(version, command, *rest):
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
        world["copies"][rest[1]] = [world["schema"], world["written"]]
    elif command == "restore":
        if "server" in world["running"] or rest[0] not in world["copies"]:
            end(1, "no")
        world["schema"], world["written"] = world["copies"][rest[0]]
    else:
        end(2, f"no command {command}")
    end(0)


match arguments:
    case ["image", "rm", *_]:
        end(0)
    case ["image", "inspect", _]:
        end(1)
    case ["inspect", *_, version]:
        end(0, json.dumps(version not in world["broken"]))
    case ["exec", version, *_]:
        end(int(version in world["broken"]))
    case ["logs", *_, version]:
        end(0, "what was logged")
    case ["rm", "--force", version]:
        world["trials"] -= 1
        end(0)
    case ["pull", "--quiet", image]:
        end(0 if image.rpartition(":")[2] in world["registry"] else 1)
assert arguments[0] == "compose", arguments
version = os.environ["VERSION"]
world["settings"] = {name: os.environ.get(name) for name in ("IMAGES", "PUBLIC_URL", "SMTP_URL", "BIND")}
# Compose would read these.
for option in [argument for argument, before in zip(arguments[1:], arguments) if before == "--file"]:
    assert Path(option).read_text(), option
command, *rest = arguments[7:]
named = [word for word in rest if word in ("web", "jobs", "server", "valkey")]
match command:
    case "config":
        end(0, f"{os.environ['IMAGES']}/daymark-web:{version}\n{os.environ['IMAGES']}/daymark-server:{version}")
    case "run" if "--detach" in rest:
        world["trials"] += 1
        end(0, version)
    case "run":
        server(version, *rest[rest.index("server") + 1 :])
    case "up":
        while (file.parent / "wait").exists():
            time.sleep(0.05)
        services = named or ["web", "jobs", "server", "valkey"]
        if "server" in services and not serve(version):
            world["running"].pop("server", None)
            end(1, "container server is unhealthy")
        world["running"] |= dict.fromkeys(services, version)
        if "web" in services:
            # Somebody was waiting for this.
            world["written"] += 1
        end(0)
    case "stop":
        for service in named:
            world["running"].pop(service, None)
        end(0)
    case "exec":
        end(0 if world["running"].get("web") == version and version not in world["mute"] else 1)
    case "logs":
        end(0, "what was logged")
end(2, f"no command {command}")
