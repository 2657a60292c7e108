//! Every job, in one place: the only part of `jobs` that knows features.

use super::Job;
use crate::{backups, reminders};

/// One line a job.
pub(super) const JOBS: &[Job] = &[
    Job { name: "backups", run: backups::job::run },
    Job { name: "reminders.delivery", run: reminders::job::deliver },
    Job { name: "reminders.planning", run: reminders::job::plan },
    Job { name: "reminders.pruning", run: reminders::job::prune },
];
