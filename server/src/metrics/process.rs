//! The process itself, by the names that Prometheus' own libraries use. What the system does not tell is left out.

use jiff::Timestamp;
use prometheus_client::{
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};
use rustix::time::{ClockId, clock_gettime};
use std::fs;

pub(super) fn registry(began: Timestamp) -> Registry {
    let mut all = Registry::with_prefix("process");
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9;
    all.register("cpu_seconds", "Processor time that was used", ConstCounter::new(seconds));
    let began = began.as_millisecond() as f64 / 1e3;
    all.register("start_time_seconds", "When the process began, since 1970", ConstGauge::new(began));
    let mut gauge = |name, help, value: Option<f64>| {
        if let Some(value) = value {
            all.register(name, help, ConstGauge::new(value));
        }
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = number_after(&status, "VmRSS:").map(|kib| kib * 1024.0);
    gauge("resident_memory_bytes", "Memory that is held", resident);
    gauge("threads", "Threads", number_after(&status, "Threads:"));
    // One of them reads the list.
    let open = fs::read_dir("/proc/self/fd").ok().map(|list| list.count().saturating_sub(1) as f64);
    gauge("open_fds", "Files and sockets that are open", open);
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    gauge("max_fds", "How many of them may be", number_after(&limits, "Max open files"));
    all
}

/// The number that comes first on the line that begins so.
fn number_after(text: &str, begin: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(begin)?.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_system_are_understood() {
        let text = "Name:\tserver\nVmRSS:\t   12345 kB\nMax open files            1024                 524288  files\n";
        assert_eq!(number_after(text, "VmRSS:"), Some(12_345.0));
        assert_eq!(number_after(text, "Max open files"), Some(1_024.0));
        assert_eq!(number_after("Max open files   unlimited  unlimited", "Max open files"), None);
    }
}
