//! The pages of diagnostic codes and exit codes.

use std::fmt::Write as _;

use playbook::Code;

use super::pages::GENERATED;
use crate::exit;

/// What `lockstep validate` can find.
pub(super) fn diagnostics_page() -> String {
    let mut page = format!(
        "{GENERATED}\n# Diagnostics\n\nWhat can be wrong with a playbook. All mistakes are shown at once, each with \
         its place and what\nto write instead. Codes are never reused.\n\n| code | severity | meaning |\n|---|---|---|\n"
    );
    for code in Code::ALL {
        let severity = format!("{:?}", code.severity()).to_lowercase();
        let _ = writeln!(page, "| `{}` | {severity} | {} |", code.as_str(), code.summary());
    }
    page
}

/// How the process ends.
pub(super) fn exit_codes_page() -> String {
    let mut page = format!(
        "{GENERATED}\n# Exit codes\n\nOf the command `lockstep`. Numbers are never reused for something else.\n\n\
         | code | meaning |\n|---|---|\n"
    );
    for (exit, meaning) in exit::TABLE {
        let _ = writeln!(page, "| {} | {meaning} |", exit.code());
    }
    page
}
