"""scripts/deploy with a Docker that is modelled (fake_docker.py):  python3 scripts/checks/deploy_test.py"""

import fcntl
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from hashlib import sha256
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Of the workflow's making: which builds were verified.
DIGESTS = {"SERVER_DIGEST": "daymark-server", "WEB_DIGEST": "daymark-web"}
SECRET = "smtps://me:s3cret ' \"$(false)\n@mail.example.org"


class Deploy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        program = self.folder / "bin/docker"
        program.parent.mkdir()
        program.write_text(
            f'#!/bin/sh\nFAKE={self.folder} exec {sys.executable} -IS {ROOT}/scripts/checks/fake_docker.py "$@"\n'
        )
        program.chmod(0o755)
        self.target = self.folder / "daymark"
        schemas = {"1.0.0": 5, "1.0.1": 5, "1.1.0": 6, "1.1.1": 6}
        empty = {
            **{what: [] for what in ("broken", "refused", "mute", "stuck", "jammed", "calls", "files")},
            **{what: {} for what in ("services", "built", "images", "copies", "running", "ran", "settings")},
            "schema": 0,
            "trials": 0,
            "written": 0,
        }
        self.change(schemas=schemas, registry=dict.fromkeys(schemas, "first"), **empty)

    @property
    def world(self):
        return json.loads((self.folder / "world.json").read_text())

    def change(self, **changes):
        file = self.folder / "world.json"
        file.write_text(json.dumps((json.loads(file.read_text()) if file.exists() else {}) | changes))

    def begin(self, version, **more):
        environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "DEPLOY_TO": f"local:{self.target}",
            "IMAGES": "ghcr.io/Example",
            "PUBLIC_URL": "https://day.example.org",
            "SMTP_URL": SECRET,
            "BIND": "",
        } | more
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([ROOT / "scripts/deploy", version], env=environment, **pipes)

    def deploy(self, version, **more):
        with self.begin(version, **more) as process:
            self.said, _ = process.communicate(timeout=300)
        return process.returncode

    def wait_for(self, holds):
        end = time.monotonic() + 300
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def runs(self, version, **more):
        self.assertEqual(self.world["trials"], 0)
        ours = dict.fromkeys(["web", "jobs", "server", "valkey"], version)
        self.assertEqual(self.world["running"], ours | more, self.said)
        self.assertEqual((self.target / "current").read_text(), f"{version}\n")

    def commands(self):
        """Of Compose, and in place of `run` what it ran."""
        found = []
        for _, *call in (call for call in self.world["calls"] if call[0] == "compose"):
            while call[0].startswith("--"):
                del call[:2]
            service = next((at for at, word in enumerate(call) if word in ("server", "web")), None)
            found.append(call[0] if call[0] != "run" else " ".join(call[service:][:2]))
        return found

    def test_a_first_version_starts(self):
        self.assertEqual(self.deploy("1.0.0"), 0, self.said)
        self.runs("1.0.0")
        self.assertNotIn("stop", self.commands())

    def test_settings_arrive_and_are_stored_nowhere(self):
        self.deploy("1.0.0")
        settings = self.world["settings"]
        self.assertEqual(settings["SMTP_URL"], SECRET)
        self.assertEqual(settings["IMAGES"], "ghcr.io/example")
        self.assertNotIn("BIND", settings, "what is empty would be more than nothing")
        self.assertNotIn("s3cret", json.dumps(self.world["calls"]) + self.said)
        files = [file for file in self.target.rglob("*") if file.is_file()]
        self.assertGreater(len(files), 3)
        for file in files:
            self.assertNotIn("s3cret", file.read_text(), file)
            self.assertEqual(file.stat().st_mode & 0o077, 0, file)

    def test_every_setting_of_compose_arrives(self):
        """As a reader of YAML finds them: what is filled in, and what has no value."""
        compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        wanted = set(re.findall(r"\$\{([A-Z0-9_]+)", json.dumps(compose)))
        for service in compose["services"].values():
            wanted |= {name for name, value in service.get("environment", {}).items() if value is None}
        self.assertLess({"TLS_KEY_FILE", "TRUSTED_PROXIES", "RESOLVER", "PORT", "BASE_PATH", "S3_REGION"}, wanted)
        given = {name: f"the {name}" for name in wanted} | {"PUBLIC_URL": "http://day.example.org"}
        self.assertEqual(self.deploy("1.0.0", **given | {"TLS_CERTIFICATE_FILE": ""}), 0, self.said)
        del given["TLS_CERTIFICATE_FILE"]
        self.assertEqual(given, {name: self.world["settings"].get(name) for name in given})

    def test_a_file_with_the_address_of_valkey_takes_the_place_of_ours(self):
        self.deploy("1.0.0")
        self.assertNotIn("VALKEY_URL", self.world["settings"])
        self.deploy("1.0.1", VALKEY_URL_FILE="/run/secrets/valkey")
        self.assertEqual(self.world["settings"]["VALKEY_URL"], "")

    def test_compose_files_of_the_machine_are_taken_too(self):
        self.target.mkdir()
        for name in ("compose.tls.yml", "compose.monitoring.yml", "compose.yml.old", "notes.yml"):
            (self.target / name).write_text("services: {}\n")
        self.assertEqual(self.deploy("1.0.0"), 0, self.said)
        release = "releases/1.0.0"
        self.assertEqual(
            self.world["files"],
            [f"{release}/docker-compose.yml", f"{release}/docker/release.yml", "compose.monitoring.yml", "compose.tls.yml"],
        )

    def test_it_is_asked_below_its_path_and_by_tls(self):
        for number, place in enumerate(
            [
                {"PUBLIC_URL": "https://example.org/day"},
                {"PUBLIC_URL": "https://example.org:8443/team/day/"},
                {"TLS_CERTIFICATE_FILE": "/certificates/a.pem", "TLS_KEY_FILE": "/certificates/b.pem"},
                {"TLS_CERTIFICATE_FILE": "/certificates/a.pem", "PUBLIC_URL": "https://example.org/day"},
            ]
        ):
            version = ("1.0.0", "1.0.1")[number % 2]
            self.change(mute=[])
            self.assertEqual(self.deploy(version, **place), 0, self.said)
            self.runs(version)
        self.change(mute=["1.0.0"])
        self.assertEqual(self.deploy("1.0.0", **place), 1, self.said)
        self.runs("1.0.1")

    def test_what_else_runs_in_the_project_goes_on(self):
        others = {"prometheus": "v3", "grafana": "v12"}
        self.change(services={"1.0.0": ["web", "jobs", "server", "valkey", "mailer"]})
        self.deploy("1.0.0")
        self.change(running=self.world["running"] | others)
        self.assertEqual(self.deploy("1.0.1"), 0, self.said)
        self.runs("1.0.1", **others)
        self.change(mute=["1.0.0"])
        self.assertEqual(self.deploy("1.0.0"), 1, self.said)
        self.runs("1.0.1", **others)

    def verified(self, version):
        """The digests of what the registry has now, as the workflow hands them on."""
        found = {}
        for name, image in DIGESTS.items():
            build = self.world["registry"][version]
            found[name] = "sha256:" + sha256(f"ghcr.io/example/{image} {version} {build}".encode()).hexdigest()
        return found

    def test_what_was_verified_runs_though_its_tag_moves(self):
        digests = self.verified("1.0.0")
        self.assertEqual(self.deploy("1.0.0", **digests), 0, self.said)
        ran = self.world["ran"]
        self.assertEqual(ran["web"], f"ghcr.io/example/daymark-web@{digests['WEB_DIGEST']}")
        self.assertEqual(ran["jobs"], f"ghcr.io/example/daymark-server@{digests['SERVER_DIGEST']}")
        self.assertNotIn("ghcr.io/example/daymark-web:1.0.0", self.world["images"], "the tag was asked again")
        for digest in digests.values():
            self.assertIn(digest, (self.target / "releases/1.0.0/images").read_text())

        other = dict.fromkeys(digests, f"sha256:{0:064}")
        self.assertEqual(self.deploy("1.0.1", **other), 2, self.said)
        self.assertIn(f"daymark-server@sha256:{0:064} cannot be had", self.said)
        self.runs("1.0.0")

    def test_a_tag_is_asked_once_and_going_back_is_to_what_ran(self):
        self.deploy("1.0.0")
        first = self.world["ran"]
        self.assertIn("@sha256:", first["web"])
        self.change(registry=self.world["registry"] | {"1.0.0": "another"}, images={}, mute=["1.0.1"])
        self.change(images={image: image for image in first.values()})
        self.assertEqual(self.deploy("1.0.1"), 1, self.said)
        self.assertEqual(self.world["ran"], first)
        self.assertFalse((self.target / "releases/1.0.1/images").exists(), "it is recorded as one that ran")
        # Settings were changed, say.
        self.assertEqual(self.deploy("1.0.0"), 0, self.said)
        self.assertEqual(self.world["ran"], first)
        self.assertEqual(self.deploy("1.0.0", **self.verified("1.0.0")), 2, self.said)
        self.assertIn("give what is new a version of its own", self.said)
        self.runs("1.0.0")

    def test_images_of_no_registry_run_by_their_id(self):
        built = {f"ghcr.io/example/daymark-{part}:1.0.0": f"sha256:{part}" for part in ("server", "web")}
        self.change(built=built, registry={})
        self.assertEqual(self.deploy("1.0.0"), 0, self.said)
        self.runs("1.0.0")
        self.assertEqual(self.world["ran"], {"web": "sha256:web", "server": "sha256:server", "jobs": "sha256:server"})

    def test_a_version_with_the_same_schema_takes_over_without_a_stop(self):
        self.deploy("1.0.0")
        self.assertEqual(self.deploy("1.0.1"), 0, self.said)
        self.runs("1.0.1")
        self.assertNotIn("stop", self.commands())

    def test_one_that_does_not_come_up_is_tried_beside_and_changes_nothing(self):
        self.deploy("1.0.0")
        self.change(broken=["1.0.1"], calls=[])
        self.assertEqual(self.deploy("1.0.1"), 1, self.said)
        self.runs("1.0.0")
        self.assertNotIn("up", self.commands())
        self.assertIn("what was logged", self.said)

    def test_settings_that_nginx_refuses_change_nothing(self):
        self.deploy("1.0.0")
        for version in ("1.0.1", "1.1.0"):
            self.change(refused=[version], calls=[])
            self.assertEqual(self.deploy(version), 1, self.said)
            self.runs("1.0.0")
            self.assertNotIn("up", self.commands())
            self.assertNotIn("stop", self.commands())

    def test_one_that_does_not_answer_goes_back(self):
        self.deploy("1.0.0")
        self.change(mute=["1.0.1"])
        self.assertEqual(self.deploy("1.0.1"), 1, self.said)
        self.runs("1.0.0")

    def test_a_new_schema_is_migrated_behind_a_closed_door(self):
        self.deploy("1.0.0")
        self.change(calls=[])
        self.assertEqual(self.deploy("1.1.0"), 0, self.said)
        self.runs("1.1.0")
        self.assertEqual(self.world["schema"], 6)
        self.assertEqual(self.world["copies"], {}, "the copy is still there")
        self.assertEqual(
            self.commands()[:7],
            ["config", "server --json", "web", "stop", "server backup", "server migrate", "up"],
        )
        first = next(call for call in self.world["calls"] if "up" in call)
        self.assertEqual(first[-2:], ["valkey", "server"], "web and jobs wait until the server is ready")

    def test_a_migration_that_fails_goes_back(self):
        self.deploy("1.0.0")
        self.change(stuck=["1.1.0"])
        self.assertEqual(self.deploy("1.1.0"), 1, self.said)
        self.runs("1.0.0")
        self.assertEqual(self.world["schema"], 5)

    def test_what_was_migrated_is_restored_and_nothing_acknowledged_is_lost(self):
        """Whatever backups are encrypted with: what opens them may be elsewhere."""
        for seal in ({}, {"BACKUP_RECIPIENT": "age1somebody"}, {"BACKUP_PASSPHRASE_FILE": "/run/secrets/passphrase"}):
            self.assertEqual(self.deploy("1.0.0", **seal), 0, self.said)
            written = self.world["written"]
            self.change(broken=["1.1.0"])
            self.assertEqual(self.deploy("1.1.0", **seal), 1, self.said)
            self.runs("1.0.0")
            self.assertEqual(self.world["schema"], 5)
            self.assertEqual(self.world["written"], written + 1, "one write after the door opened again, none before")
            self.assertEqual(self.world["copies"], {}, "the copy is still there")

    def test_once_people_were_let_in_the_new_schema_stays(self):
        self.deploy("1.0.0")
        self.change(mute=["1.1.0"])
        self.assertEqual(self.deploy("1.1.0"), 3, self.said)
        self.assertEqual(self.world["schema"], 6)
        self.assertEqual(len(self.world["copies"]), 1)
        self.assertEqual((self.target / "current").read_text(), "1.1.0\n", "only this one knows the database")
        self.assertNotIn("server restore", self.commands())
        self.assertIn("before-1.1.0", self.said)

    def test_an_older_schema_is_refused_before_anything_is_touched(self):
        self.deploy("1.1.0")
        self.change(calls=[])
        self.assertEqual(self.deploy("1.0.0"), 2, self.said)
        self.runs("1.1.0")
        self.assertEqual(self.commands(), ["config", "server --json"])
        self.assertIn("a newer version's", self.said)

    def test_what_the_registry_lacks_changes_nothing(self):
        self.deploy("1.0.0")
        self.change(registry={})
        self.assertEqual(self.deploy("1.0.1"), 2, self.said)
        self.assertIn("daymark-server:1.0.1 cannot be had", self.said)
        self.runs("1.0.0")

    def test_a_first_version_that_fails_has_nothing_to_go_back_to(self):
        self.change(broken=["1.0.0"])
        self.assertEqual(self.deploy("1.0.0"), 3, self.said)
        self.assertFalse((self.target / "current").exists())

    def test_what_does_not_run_any_more_is_not_said_to_run(self):
        self.deploy("1.0.0")
        self.change(running={}, broken=["1.0.1"])
        self.assertEqual(self.deploy("1.0.1"), 3, self.said)
        self.assertIn("1.0.0 was not touched, but does not answer either", self.said)

    def test_what_cannot_be_stopped_is_not_migrated(self):
        self.deploy("1.0.0")
        self.change(jammed=["1.0.0"])
        self.assertEqual(self.deploy("1.1.0"), 1, self.said)
        self.runs("1.0.0")
        self.assertEqual(self.world["schema"], 5)

        self.change(jammed=["1.1.0"], broken=["1.1.0"])
        self.assertEqual(self.deploy("1.1.0"), 3, self.said)
        self.assertEqual(len(self.world["copies"]), 1, "what somebody needs now is gone")

    def test_what_nobody_foresaw_is_looked_at(self):
        self.deploy("1.0.0")
        (self.target / "current.new").mkdir()
        self.assertEqual(self.deploy("1.0.1"), 3, self.said)
        self.assertIn("nobody foresaw", self.said)

    def test_two_at_once_are_one(self):
        self.deploy("1.0.0")
        with (self.target / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.deploy("1.0.1"), 2, self.said)
        self.runs("1.0.0")

    def test_a_connection_that_breaks_does_not_stop_it(self):
        self.deploy("1.0.0")
        wait = self.folder / "wait"
        wait.touch()
        with self.begin("1.1.0") as process:
            while "nobody is served" not in process.stdout.readline():
                self.assertIsNone(process.poll())
            process.kill()
            process.stdout.close()
        wait.unlink()
        self.wait_for(lambda: (self.target / "current").read_text() == "1.1.0\n")
        self.runs("1.1.0")

    def test_five_versions_are_kept(self):
        versions = [f"1.0.{number}" for number in range(10, 18)]
        self.change(schemas=dict.fromkeys(versions, 5), registry=dict.fromkeys(versions, "first"))
        # Nothing of the server has changed.
        self.change(built={f"ghcr.io/example/daymark-server:{version}": "sha256:server" for version in versions})
        first = []
        for version in versions:
            self.assertEqual(self.deploy(version), 0, self.said)
            first += [self.world["ran"]["web"]] if version in versions[:2] else []
        kept = {folder.name for folder in (self.target / "releases").iterdir()}
        self.assertLessEqual(len(kept), 6)
        self.assertLessEqual(set(versions[-2:]), kept)
        removed = [call[2] for call in self.world["calls"] if call[:2] == ["image", "rm"]]
        self.assertEqual([name for name in removed if "daymark-web@" in name], first)
        self.assertNotIn("sha256:server", removed, "those that are kept run as it")

    def test_by_ssh_nothing_secret_is_in_a_command(self):
        ssh = self.folder / "bin/ssh"
        ssh.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" >>{self.folder}/ssh\nfor last; do :; done\n'
            f'exec env -i HOME="$HOME" PATH="$PATH" sh -c "$last"\n'
        )
        ssh.chmod(0o755)
        self.assertEqual(self.deploy("1.0.0", DEPLOY_TO=f"deploy@day.example.org:{self.target}"), 0, self.said)
        self.runs("1.0.0")
        self.assertEqual(self.world["settings"]["SMTP_URL"], SECRET)
        asked = (self.folder / "ssh").read_text()
        self.assertIn("\ndeploy@day.example.org\n", asked)
        self.assertIn("BatchMode=yes", asked)
        self.assertNotIn("s3cret", asked)

    def test_what_makes_no_sense_is_refused(self):
        for version in ["latest", "1.0.0;reboot", "../1.0.0", ""]:
            self.assertEqual(self.deploy(version), 2, version)
        for where in ["", "host", "-oProxyCommand=x:/srv", "host:relative", "host:/a'b"]:
            self.assertEqual(self.deploy("1.0.0", DEPLOY_TO=where), 2, where)
        self.assertEqual(self.deploy("1.0.0", IMAGES=""), 2)
        digest = f"sha256:{1:064}"
        for server, web in [("latest", digest), (digest, ""), ("", digest), (digest, f"{digest}0")]:
            self.assertEqual(self.deploy("1.0.0", SERVER_DIGEST=server, WEB_DIGEST=web), 2, [server, web])
            self.assertRegex(self.said, "^deploy: (SERVER|WEB)_DIGEST must be")
        self.assertEqual(self.world["calls"], [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
