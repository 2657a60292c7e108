//! Daymark's server: `server --help` tells its modes.

fn main() -> std::process::ExitCode {
    daymark_server::cli::main()
}
