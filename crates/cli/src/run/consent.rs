//! Asks the operator whether to go on.

use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::stop::Stop;
use crate::terminal::ask;

/// Asks `question` on the terminal. Only `yes` is a yes; anything else, and a wish to stop, is an error.
pub(crate) async fn confirm(
    question: String,
    stop: &Stop,
    console: &Console,
) -> Result<(), CliError> {
    let asking = async {
        let answer = tokio::task::spawn_blocking(move || ask(&question)).await;
        match answer {
            Ok(answer) => answer.map_err(CliError::new),
            Err(panic) => Err(CliError::bug(&panic.to_string())),
        }
    };
    let answer = stop.or(asking).await;
    if answer.is_err() {
        // The question stands on a line without an end.
        console.note("");
    }
    match answer?.as_str() {
        "yes" => Ok(()),
        _ => Err(CliError::new("not confirmed, nothing was changed").exit(Exit::CANCELLED)),
    }
}
