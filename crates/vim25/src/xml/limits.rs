//! Bounds on what a document may ask of the decoder.

/// Bounds on a document. The default admits any answer of a real server, and nothing that could
/// exhaust memory or the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of nested elements. Decoding recurses, so this also bounds the stack.
    pub depth: usize,
    /// Elements in the whole document.
    pub elements: usize,
    /// Bytes of the document.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 128, elements: 50_000_000, bytes: 1 << 30 }
    }
}
