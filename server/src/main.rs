use std::process::ExitCode;

/// Rendering allocates thousands of small strings; this allocator takes half the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match servery::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The only place that writes a command's error to the terminal.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("servery: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
