//! `make bench`: what the server does under load, on this machine, held against what it is meant to do.
//!
//! `load [RUNS [SECONDS [PROGRAM]]]` starts the server with data of its own, fills it over HTTP and measures: RUNS times
//! each, for SECONDS. It prints the median and, in brackets, the least and the greatest. The load comes from one thread
//! on the same machine, so the server has what that leaves of the processors. PROGRAM is another server to measure, for
//! comparison.
//!
//! `load reminders [RUNS [PROGRAM]]` measures whether reminders leave in time.

mod http;
mod people;
mod process;
mod reminders;

use daymark_server::clock::monotonic;
use daymark_shared::ids::RoutineId;
use http::{Requests, Tally, fire};
use people::{Creations, Days, Person};
use process::Server;
use rusqlite::Connection;
use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Write, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

const CONNECTIONS: usize = 32;

fn main() -> ExitCode {
    // `cargo bench` adds an option of its own.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_about_reminders = arguments.first().is_some_and(|first| first == "reminders");
    let arguments = if is_about_reminders { &arguments[1..] } else { &arguments[..] };
    let number = |index: usize, default: u32| {
        arguments.get(index).map_or(Some(default), |text| text.parse().ok()).filter(|number| *number > 0)
    };
    let seconds = if is_about_reminders { Some(8) } else { number(1, 8) };
    let (Some(runs), Some(seconds)) = (number(0, 3), seconds) else {
        eprintln!("usage: load [RUNS [SECONDS [PROGRAM]]], load reminders [RUNS [PROGRAM]]");
        return ExitCode::from(2);
    };
    let program = |index: usize| -> PathBuf {
        arguments.get(index).map_or(env!("CARGO_BIN_EXE_server"), String::as_str).into()
    };
    let measure = async {
        if is_about_reminders {
            reminders::Plan { program: program(1), runs }.measure().await
        } else {
            Plan { program: program(2), runs, lasts: Duration::from_secs(seconds.into()) }.measure().await
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(measure)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Plan {
    program: PathBuf,
    runs: u32,
    lasts: Duration,
}

impl Plan {
    /// Answers whether all targets were reached.
    async fn measure(self) -> Result<bool, Box<dyn Error>> {
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let server = Server::start(&self.program, data.path())?;
        let addr = server.addr;
        let mut table = Table::new(data.path())?;

        let mut writers = Vec::new();
        let mut readers = Vec::new();
        for n in 0..CONNECTIONS {
            writers.push(Person::sign_up(addr, &format!("writer{n}")).await?);
            let reader = Person::sign_up(addr, &format!("reader{n}")).await?;
            reader.plan(addr, people::few()).await?;
            readers.push(reader);
        }
        let five_hundred = Person::sign_up(addr, "five.hundred").await?;
        five_hundred.plan(addr, people::endless()).await?;
        let ten_thousand = Person::sign_up(addr, "ten.thousand").await?;
        ten_thousand.plan(addr, people::endless()).await?;
        ten_thousand.plan(addr, people::ended()).await?;

        let mut acknowledged = Vec::new();
        let mut all = [const { Vec::new() }; 4];
        for _ in 0..self.runs {
            let creations = writers.iter().map(Creations::new).collect();
            let (run, done) = self.run(&server, creations).await?;
            all[0].push(run);
            acknowledged.extend(done.into_iter().flat_map(|creations| creations.acknowledged));
            all[1].push(self.run(&server, readers.iter().map(Days::new).collect()).await?.0);
            for (index, person) in [(2, &five_hundred), (3, &ten_thousand)] {
                let days = (0..CONNECTIONS).map(|_| Days::new(person)).collect();
                all[index].push(self.run(&server, days).await?.0);
            }
        }
        let [creations, few, endless, many] = &all;
        let third = median(few, Run::per_second) / 3.0;
        table.load("routines created", creations, 8_000.0, 25.0)?;
        table.load("a day of 20", few, 10_000.0, 10.0)?;
        table.load("a day of 20 among 500 endless", endless, third, f64::INFINITY)?;
        table.load("the same, and 9,500 ended", many, third, f64::INFINITY)?;

        let memory = server.usage()?;
        server.stop()?;
        let missing = missing(data.path(), &acknowledged)?;
        table.line(
            "acknowledged, but missing",
            &format!("{missing} of {}", acknowledged.len()),
            "none",
            missing == 0,
        )?;

        let mut starts = Vec::new();
        for _ in 0..self.runs.max(5) {
            let server = Server::start(&self.program, data.path())?;
            starts.push(server.ready_after.as_secs_f64() * 1000.0);
            server.stop()?;
        }
        let (middle, least, greatest) = spread(&starts);
        let told = format!("{middle:.0} ms ({least:.0}–{greatest:.0})");
        table.line("start to ready, with that database", &told, "< 150 ms", middle < 150.0)?;
        let told = format!("{:.1} MB, {:.1} of them anonymous", memory.resident, memory.anonymous);
        table.line("resident memory after that load", &told, "< 30 MB", memory.resident < 30.0)?;
        Ok(table.all_reached)
    }

    async fn run<R: Requests>(&self, server: &Server, sources: Vec<R>) -> io::Result<(Run, Vec<R>)> {
        let before = server.usage()?;
        let (tally, sources) = fire(server.addr, sources, self.lasts).await?;
        let cpu = server.usage()?.cpu - before.cpu;
        Ok((Run { tally, cpu }, sources))
    }
}

/// How many of these routines are not in the database.
fn missing(data: &Path, acknowledged: &[RoutineId]) -> rusqlite::Result<usize> {
    let database = Connection::open(data.join("daymark.db"))?;
    let mut stored = database.prepare("SELECT id FROM routines")?;
    let stored: std::collections::HashSet<[u8; 16]> =
        stored.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(acknowledged.iter().filter(|id| !stored.contains(id.as_bytes())).count())
}

/// One measurement.
struct Run {
    tally: Tally,
    cpu: Duration,
}

impl Run {
    fn per_second(&self) -> f64 {
        self.tally.per_second()
    }

    /// What a request cost the server, in microseconds.
    fn cpu(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.tally.count() as f64
    }
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    spread(&runs.iter().map(of).collect::<Vec<_>>()).0
}

/// Median, least and greatest.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

struct Table {
    all_reached: bool,
}

impl Table {
    fn new(data: &Path) -> io::Result<Self> {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let cores = std::thread::available_parallelism()?;
        writeln!(
            stdout(),
            "{cores} cores; load before the start {}; a sync of this disk takes {:.2} ms\n",
            load.split(' ').next().unwrap_or_default(),
            sync(data)?
        )?;
        Ok(Self { all_reached: true })
    }

    fn line(&mut self, what: &str, measured: &str, target: &str, reached: bool) -> io::Result<()> {
        self.all_reached &= reached;
        let verdict = if reached { "reached" } else { "missed" };
        writeln!(stdout(), "{what:<40} {measured:<44} {target:<16} {verdict}")
    }

    /// Something that has no target.
    fn tell(&self, what: &str, measured: &str) -> io::Result<()> {
        writeln!(stdout(), "{what:<40} {measured}")
    }

    /// Throughput, latency and cost of one kind of request.
    fn load(&mut self, what: &str, runs: &[Run], least: f64, p99: f64) -> io::Result<()> {
        let (rate, low, high) = spread(&runs.iter().map(Run::per_second).collect::<Vec<_>>());
        let told = format!("{rate:.0}/s ({low:.0}–{high:.0})");
        self.line(what, &told, &format!("≥ {least:.0}/s"), rate >= least)?;
        let latency = |share| median(runs, |run| run.tally.latency(share));
        let told = format!("{:.2} / {:.2} / {:.2} ms", latency(0.5), latency(0.99), latency(1.0));
        let target = if p99.is_finite() { format!("p99 < {p99} ms") } else { String::new() };
        self.line("  half / 99 % / all within", &told, &target, latency(0.99) < p99)?;
        let wrong: usize = runs.iter().map(|run| run.tally.wrong).sum();
        let mut statuses = std::collections::BTreeMap::<u16, usize>::new();
        for (status, count) in runs.iter().flat_map(|run| &run.tally.statuses) {
            *statuses.entry(*status).or_default() += count;
        }
        let told: Vec<_> = statuses.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        self.line("  answers", &told.join(", "), "none wrong", wrong == 0)?;
        writeln!(stdout(), "  {:<34} {:.0} µs", "processor time of the server", median(runs, Run::cpu))
    }
}

/// How long it takes until 4 KiB more are on this disk: the median of 200, in milliseconds.
fn sync(data: &Path) -> io::Result<f64> {
    let mut file = File::create(data.join("sync"))?;
    let mut took = Vec::new();
    for _ in 0..200 {
        let began = monotonic();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(spread(&took).0)
}
