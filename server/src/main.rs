use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match servery::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The one place where a person at a terminal is told that a command failed.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("servery: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
