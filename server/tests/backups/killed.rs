//! A restore is killed at any moment: the old database is there, or the new one, each whole and with its keyring.

use crate::house::House;
use daymark_server::clock::monotonic;
use std::{
    env,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

const SHORT: u32 = 30;

/// Two houses, each with a keyring of its own, which their backups bring along; and one that is restored to.
struct Exchange {
    backups: [(&'static str, String, House); 2],
    house: House,
    identity: String,
    /// What is in the one that is restored to.
    now: String,
}

impl Exchange {
    fn new() -> Self {
        let backups = ["first", "second"].map(|word| {
            let house = House::with(word);
            (word, house.sealed_backup(), house)
        });
        let house = House::with("first");
        let identity = house.identity();
        Self { backups, house, identity, now: "first".to_owned() }
    }

    /// Restores the one that is not there, through `wrapper` where there is one, killed after this time. Whether it came
    /// to its end, and whether the new one is there.
    fn restore(&mut self, wrapper: &[&str], kill_after: Option<Duration>) -> (bool, bool) {
        let (next, backup, _) = self.backups.iter().find(|(word, ..)| *word != self.now).unwrap();
        let plain = self.house.command(&["restore", backup, "--identity", &self.identity]);
        let mut command = match wrapper {
            [] => plain,
            [program, arguments @ ..] => {
                let mut wrapped = Command::new(program);
                wrapped.args(arguments).arg(plain.get_program()).args(plain.get_args()).env_clear();
                wrapped.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
                wrapped.env("PATH", "/usr/bin:/bin");
                wrapped
            }
        };
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if let Some(time) = kill_after {
            thread::sleep(time);
            child.kill().unwrap();
        }
        let ended = child.wait().unwrap().success();
        // As the next start finds it: with its keyring, and whatever was cut short is finished.
        self.house.state();
        let found = self.house.word();
        assert!(found == self.now || found == *next, "{found}");
        assert!(!ended || found == *next, "a restore that said so was not done");
        assert!(!self.house.data().join("daymark.db.restoring").exists());
        assert!(!self.house.data().join("daymark.db.exchange").exists());
        let exchanged = found == *next;
        self.now = found;
        (ended, exchanged)
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how often is said by environment")]
fn a_kill_at_any_time_leaves_the_old_one_or_the_new_one() {
    let kills = env::var("RESTORE_KILLS").map_or(SHORT, |text| text.parse().unwrap());
    let mut exchange = Exchange::new();
    let begun = monotonic();
    assert_eq!(exchange.restore(&[], None), (true, true));
    // How long it takes depends on what else the machine does.
    let mut whole = begun.elapsed();
    let (mut kept, mut exchanged) = (0, 0);
    for kill in 0..3 * kills {
        let after = whole * ((kill * 37) % 100) / 100;
        let (ended, is_new) = exchange.restore(&[], Some(after));
        whole = if ended { whole.min(after) } else { whole + whole / 50 };
        *(if is_new { &mut exchanged } else { &mut kept }) += 1;
        if kill + 1 >= kills && kept > 0 && exchanged > 0 {
            println!("{kept} kept the old one, {exchanged} have the new one");
            return;
        }
    }
    panic!("it was always killed too early, or too late: {kept} {exchanged}");
}

/// Each call that changes a folder, or makes sure of it, is the last one once.
#[test]
#[expect(clippy::disallowed_methods, reason = "it is the test that asks, not the server")]
fn a_kill_at_every_step_leaves_the_old_one_or_the_new_one() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        eprintln!("strace is not installed: nothing is tested here");
        assert!(env::var_os("CI").is_none(), "CI must have strace");
        return;
    }
    let mut exchange = Exchange::new();
    let (mut kept, mut exchanged) = (0, 0);
    for call in ["rename", "fsync", "unlink"] {
        for n in 1.. {
            assert!(n < 40, "it never ends");
            let inject = format!("inject={call}:signal=KILL:when={n}");
            let (ended, is_new) =
                exchange.restore(&["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject], None);
            if ended {
                break;
            }
            *(if is_new { &mut exchanged } else { &mut kept }) += 1;
        }
    }
    println!("{kept} kept the old one, {exchanged} have the new one");
    assert!(kept >= 4 && exchanged >= 4, "{kept} {exchanged}");
}
