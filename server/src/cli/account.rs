//! Looks after accounts, while the server runs or not.

use super::{
    report::Report,
    state::{Failure, with_new_state, with_state},
};
use crate::{
    accounts::{
        deletion,
        operate::{self, Listed, Made, Who},
        registration,
    },
    config::Config,
};
use clap::{Args, Subcommand};
use daymark_shared::{
    account::{Locale, Role},
    ids::AccountId,
    problem::Violation,
    text::{Email, Name, Password},
    zone::Zone,
};
use serde::Serialize;
use std::{
    fmt,
    fs::File,
    io::{self, Read, stdin},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists accounts in the order in which they were made.
    List {
        /// Only those made after the one with this id: `next` of the page before.
        #[arg(long, value_name = "ID", value_parser = id)]
        after: Option<AccountId>,
        /// How many at most.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=i64::from(operate::MOST)))]
        limit: u16,
    },
    /// Makes an account. Without a password it prints a link with which its person sets one.
    Create(New),
    /// Sets a password, or prints a link with which its person sets one. The one before is void, and all sessions end.
    ResetPassword {
        /// The account's address or id.
        who: Who,
        #[command(flatten)]
        password: NewPassword,
    },
    /// Lets an account look after the instance.
    MakeAdmin {
        /// The account's address or id.
        who: Who,
    },
    /// Makes an admin an account like others; never the last one.
    RevokeAdmin {
        /// The account's address or id.
        who: Who,
    },
    /// Deletes an account and everything that it has, for good.
    Delete {
        /// The account's address or id.
        who: Who,
        /// Yes, it is meant.
        #[arg(long)]
        yes: bool,
        /// The last admin too.
        #[arg(long)]
        force: bool,
    },
    /// Prints a link with which one person can make an account.
    Invite {
        /// For how many days it holds.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
}

/// An account to be made.
#[derive(Debug, Args)]
pub struct New {
    /// The address that its person signs in with.
    #[arg(value_parser = email)]
    email: Email,
    /// What they like to be called.
    #[arg(long, default_value = "", value_parser = name)]
    name: Name,
    /// Where they are, such as Europe/Berlin; they can change it.
    #[arg(long, default_value = "UTC", value_parser = zone)]
    zone: Zone,
    /// The language they read: en or de.
    #[arg(long, default_value = "en", value_parser = locale)]
    locale: Locale,
    /// They look after the instance. Whoever has the first account does in any case.
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    password: NewPassword,
}

/// Where a new password comes from.
#[derive(Debug, Args)]
pub struct NewPassword {
    /// A file with the password; - is standard input. Without it a link is printed.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// For how many days the link holds.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
}

fn id(text: &str) -> Result<AccountId, String> {
    text.parse().map_err(|_| "no id such as 01890a5d-ac96-774b-bcce-b302099a8057".to_owned())
}

fn email(text: &str) -> Result<Email, String> {
    Email::new(text).map_err(detail)
}

fn name(text: &str) -> Result<Name, String> {
    Name::new(text).map_err(detail)
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::new(text).map_err(detail)
}

fn locale(text: &str) -> Result<Locale, String> {
    Locale::of_tag(text).ok_or_else(|| "en or de".to_owned())
}

fn detail(violation: Violation) -> String {
    violation.detail
}

impl NewPassword {
    /// The password, without the end of its line.
    fn read(&self) -> Result<Option<Password>, Failure> {
        let Some(file) = &self.password_file else { return Ok(None) };
        let text = if file == Path::new("-") { whole(stdin()) } else { File::open(file).and_then(whole) };
        let text =
            text.map_err(|error| format!("the password cannot be read from {}: {error}", file.display()))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        Ok(Some(Password::new(line).map_err(|violation| format!("the password: {}", violation.detail))?))
    }
}

/// Octets that are read of a password at most: one more than it may have, and the end of its line.
const LONGEST: u64 = 1_027;

fn whole(from: impl Read) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize));
    from.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Does it.
///
/// # Errors
/// In words for the operator.
pub async fn run(config: Config, command: Command) -> Result<Report, Failure> {
    match command {
        Command::List { after, limit } => list(config, after, limit).await,
        Command::Create(new) => create(config, new).await,
        Command::ResetPassword { who, password } => reset(config, who, password).await,
        Command::MakeAdmin { who } => set_role(config, who, Role::Admin).await,
        Command::RevokeAdmin { who } => set_role(config, who, Role::Member).await,
        Command::Delete { who, yes, force } => delete(config, who, yes, force).await,
        Command::Invite { days } => invite(config, days).await,
    }
}

/// A page of accounts.
#[derive(Serialize)]
struct Page {
    accounts: Vec<Line>,
    next: Option<AccountId>,
}

#[derive(Serialize)]
struct Line {
    id: AccountId,
    email: Option<Email>,
    role: Role,
    created_at: String,
    last_used_at: Option<String>,
    sessions: usize,
    has_password: bool,
}

impl From<Listed> for Line {
    fn from(listed: Listed) -> Self {
        let Listed { id, email, role, created_at, last_used_at, sessions, has_password } = listed;
        let second = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let last_used_at = last_used_at.map(second);
        Self { id, email, role, created_at: second(created_at), last_used_at, sessions, has_password }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, cells: [&str; 7]| {
            let [id, made, role, used, sessions, password, address] = cells;
            writeln!(f, "{id:36}  {made:20}  {role:6}  {used:20}  {sessions:>8}  {password:8}  {address}")
        };
        row(f, ["ID", "MADE", "ROLE", "LAST USED", "SESSIONS", "PASSWORD", "ADDRESS"])?;
        for line in &self.accounts {
            row(
                f,
                [
                    &line.id.to_string(),
                    &line.created_at,
                    line.role.as_str(),
                    line.last_used_at.as_deref().unwrap_or("-"),
                    &line.sessions.to_string(),
                    if line.has_password { "yes" } else { "no" },
                    line.email.as_ref().map_or("(its key is gone)", Email::as_str),
                ],
            )?;
        }
        match self.next {
            Some(next) => write!(f, "More: --after {next}"),
            None => Ok(()),
        }
    }
}

async fn list(config: Config, after: Option<AccountId>, limit: u16) -> Result<Report, Failure> {
    let (accounts, next) = with_state(config, async |state| operate::list(state, after, limit).await).await?;
    Report::new(&Page { accounts: accounts.into_iter().map(Line::from).collect(), next })
}

/// What became of an account.
#[derive(Serialize)]
struct Done {
    id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions_ended: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip)]
    words: String,
}

impl Done {
    fn new(id: AccountId, words: String) -> Self {
        Self { id, sessions_ended: None, rows: None, changed: None, link: None, words }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        match &self.link {
            Some(link) => write!(f, "\n{link}"),
            None => Ok(()),
        }
    }
}

async fn create(config: Config, new: New) -> Result<Report, Failure> {
    let New { email, name, zone, locale, admin, password } = new;
    let (given, days) = (password.read()?, password.days);
    let made = Made { email, name, zone, locale, admin };
    let outcome =
        with_new_state(config, async |state| operate::create(state, made, given, days).await).await?;
    let id = outcome.id;
    let words = match outcome.link {
        Some(_) => format!("Made {id}. Its person sets a password here, within {days} days, once:"),
        None => format!("Made {id}."),
    };
    Report::new(&Done { link: outcome.link, ..Done::new(id, words) })
}

async fn reset(config: Config, who: Who, password: NewPassword) -> Result<Report, Failure> {
    let (given, days) = (password.read()?, password.days);
    let outcome =
        with_state(config, async |state| operate::reset_password(state, who, given, days).await).await?;
    let (id, ended) = (outcome.id, outcome.sessions_ended);
    let words = match outcome.link {
        Some(_) => format!(
            "{id} has no password now, and {ended} sessions have ended. Its person sets one here, within {days} days, once:"
        ),
        None => format!("{id} has another password, and {ended} sessions have ended."),
    };
    Report::new(&Done { sessions_ended: Some(ended), link: outcome.link, ..Done::new(id, words) })
}

async fn set_role(config: Config, who: Who, role: Role) -> Result<Report, Failure> {
    let (id, changed) = with_state(config, async |state| operate::set_role(state, who, role).await).await?;
    let words = match (changed, role) {
        (true, Role::Admin) => format!("{id} is an admin now."),
        (true, Role::Member) => format!("{id} is no admin any more."),
        (false, Role::Admin) => format!("{id} was an admin already."),
        (false, Role::Member) => format!("{id} was no admin."),
    };
    Report::new(&Done { changed: Some(changed), ..Done::new(id, words) })
}

async fn delete(config: Config, who: Who, yes: bool, force: bool) -> Result<Report, Failure> {
    if !yes {
        return Err(
            "nothing was deleted: it would be gone for good, so say that you mean it with --yes".into()
        );
    }
    let deleted = with_state(config, async |state| deletion::delete(state, who, force).await).await?;
    let deletion::Deleted { id, sessions_ended, rows } = deleted;
    let words = format!(
        "Deleted {id}: its data key first, then {rows} rows; {sessions_ended} sessions have ended. Backups made before \
         still hold it."
    );
    Report::new(&Done { sessions_ended: Some(sessions_ended), rows: Some(rows), ..Done::new(id, words) })
}

#[derive(Serialize)]
struct Invitation {
    link: String,
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.link)
    }
}

async fn invite(config: Config, days: u16) -> Result<Report, Failure> {
    let link = with_state(config, async |state| registration::invite(state, days).await).await?;
    Report::new(&Invitation { link })
}
