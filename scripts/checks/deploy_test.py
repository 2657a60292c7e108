"""scripts/deploy with a Docker that is modelled (fake_docker.py):  python3 scripts/checks/deploy_test.py"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "smtps://me:s3cret ' \"$(false)\n@mail.example.org"


class Deploy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        program = self.folder / "bin/docker"
        program.parent.mkdir()
        program.write_text(
            f'#!/bin/sh\nFAKE={self.folder} exec {sys.executable} {ROOT}/scripts/checks/fake_docker.py "$@"\n'
        )
        program.chmod(0o755)
        self.target = self.folder / "daymark"
        schemas = {"1.0.0": 5, "1.0.1": 5, "1.1.0": 6, "1.1.1": 6}
        empty = {
            "broken": [],
            "mute": [],
            "stuck": [],
            "copies": {},
            "running": {},
            "calls": [],
            "schema": 0,
            "trials": 0,
            "written": 0,
        }
        self.change(schemas=schemas, registry=list(schemas), **empty)

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

    def runs(self, version):
        self.assertEqual(self.world["trials"], 0)
        self.assertEqual(self.world["running"], dict.fromkeys(["web", "jobs", "server", "valkey"], version), self.said)
        self.assertEqual((self.target / "current").read_text(), f"{version}\n")

    def commands(self):
        return [
            call[7] if call[7] != "run" else call[call.index("server") + 1]
            for call in self.world["calls"]
            if call[0] == "compose"
        ]

    def test_a_first_version_starts(self):
        self.assertEqual(self.deploy("1.0.0"), 0, self.said)
        self.runs("1.0.0")
        self.assertNotIn("stop", self.commands())

    def test_settings_arrive_and_are_stored_nowhere(self):
        self.deploy("1.0.0")
        settings = self.world["settings"]
        self.assertEqual(settings["SMTP_URL"], SECRET)
        self.assertEqual(settings["IMAGES"], "ghcr.io/example")
        self.assertIsNone(settings["BIND"], "what is empty would be more than nothing")
        self.assertNotIn("s3cret", json.dumps(self.world["calls"]) + self.said)
        files = [file for file in self.target.rglob("*") if file.is_file()]
        self.assertGreater(len(files), 3)
        for file in files:
            self.assertNotIn("s3cret", file.read_text(), file)
            self.assertEqual(file.stat().st_mode & 0o077, 0, file)

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
        self.assertEqual(self.commands()[:6], ["config", "--json", "stop", "backup", "migrate", "up"])
        first = next(call for call in self.world["calls"] if "up" in call)
        self.assertEqual(first[-2:], ["valkey", "server"], "web and jobs wait until the server is ready")

    def test_a_migration_that_fails_goes_back(self):
        self.deploy("1.0.0")
        self.change(stuck=["1.1.0"])
        self.assertEqual(self.deploy("1.1.0"), 1, self.said)
        self.runs("1.0.0")
        self.assertEqual(self.world["schema"], 5)

    def test_what_was_migrated_is_restored_and_nothing_acknowledged_is_lost(self):
        self.deploy("1.0.0")
        written = self.world["written"]
        self.change(broken=["1.1.0"])
        self.assertEqual(self.deploy("1.1.0"), 1, self.said)
        self.runs("1.0.0")
        self.assertEqual(self.world["schema"], 5)
        self.assertEqual(self.world["written"], written + 1, "one write after the door opened again, none before")

    def test_once_people_were_let_in_the_new_schema_stays(self):
        self.deploy("1.0.0")
        self.change(mute=["1.1.0"])
        self.assertEqual(self.deploy("1.1.0"), 3, self.said)
        self.assertEqual(self.world["schema"], 6)
        self.assertNotIn("restore", self.commands())
        self.assertIn("before-1.1.0", self.said)

    def test_an_older_schema_is_refused_before_anything_is_touched(self):
        self.deploy("1.1.0")
        self.change(calls=[])
        self.assertEqual(self.deploy("1.0.0"), 2, self.said)
        self.runs("1.1.0")
        self.assertEqual(self.commands(), ["config", "--json"])
        self.assertIn("a newer version's", self.said)

    def test_what_the_registry_lacks_changes_nothing(self):
        self.deploy("1.0.0")
        self.change(registry=[])
        self.assertEqual(self.deploy("1.0.1"), 2, self.said)
        self.assertIn("daymark-web:1.0.1 cannot be had", self.said)
        self.runs("1.0.0")

    def test_a_first_version_that_fails_has_nothing_to_go_back_to(self):
        self.change(broken=["1.0.0"])
        self.assertEqual(self.deploy("1.0.0"), 3, self.said)
        self.assertFalse((self.target / "current").exists())

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
        self.change(schemas=dict.fromkeys(versions, 5), registry=versions)
        for version in versions:
            self.assertEqual(self.deploy(version), 0, self.said)
        kept = {folder.name for folder in (self.target / "releases").iterdir()}
        self.assertLessEqual(len(kept), 6)
        self.assertLessEqual(set(versions[-2:]), kept)
        self.assertIn(["image", "rm"], [call[:2] for call in self.world["calls"]])

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
        self.assertEqual(self.world["calls"], [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
