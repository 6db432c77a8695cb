//! What the accounting script `cpu.py` wrote about a process: [`Account`].

use std::path::Path;

use crate::Failure;

/// What a process took, by the system's own accounts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    /// Seconds of CPU, of user and system.
    pub(crate) cpu: f64,
    /// Peak of memory.
    pub(crate) mib: f64,
}

impl Account {
    /// Reads the file that the script was told to write.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)?;
        let words: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        match words[..] {
            [cpu, kib] => Ok(Self { cpu, mib: kib / 1024.0 }),
            _ => Err("no account of CPU and memory".into()),
        }
    }
}
