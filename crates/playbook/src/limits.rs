//! How large a playbook may be: [`Limits`]. Hostile or broken files end in a diagnostic, never in a long wait.

/// Bounds on what is read and made from one playbook. The defaults fit any real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Values in the file: scalars, lists and blocks.
    pub values: u64,
    /// Levels of nesting.
    pub depth: usize,
    /// Values that aliases may add.
    pub alias_values: u64,
    /// Bytes of text one template may yield.
    pub template_bytes: usize,
    /// Tasks after loops are unrolled.
    pub tasks: usize,
    /// Values and edges looked at while checking; bounds loops over large blocks.
    pub work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 4 << 20,
            values: 250_000,
            depth: 48,
            alias_values: 20_000,
            template_bytes: 64 << 10,
            tasks: 10_000,
            work: 3_000_000,
        }
    }
}
