//! Memory of a body's chunks, used again when a chunk was sent.
//!
//! A chunk of fresh memory costs more than reading a file into it: the kernel clears and maps every page.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Buffers of one size that are not in use.
#[derive(Debug, Clone)]
pub(super) struct Buffers {
    size: usize,
    free: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// A buffer in use; it goes back when it is dropped.
struct Lent {
    bytes: Vec<u8>,
    used: usize,
    from: Buffers,
}

impl Buffers {
    /// Buffers of `size` bytes.
    pub(super) fn of(size: usize) -> Self {
        Self { size, free: Arc::default() }
    }

    /// What `fill` wrote into a buffer; it gives the number of bytes. The rest of the buffer holds anything.
    ///
    /// # Errors
    /// The error of `fill`.
    pub(super) fn fill<E>(
        &self,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Bytes, E> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = free.unwrap_or_else(|| vec![0; self.size]);
        let mut lent = Lent { bytes, used: 0, from: self.clone() };
        lent.used = fill(&mut lent.bytes)?.min(self.size);
        Ok(Bytes::from_owner(lent))
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.used]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.from.free.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn filled(buffers: &Buffers, with: &[u8]) -> Bytes {
        let copy = |buffer: &mut [u8]| {
            buffer[..with.len()].copy_from_slice(with);
            Ok::<_, Infallible>(with.len())
        };
        buffers.fill(copy).unwrap()
    }

    fn free(buffers: &Buffers) -> usize {
        buffers.free.lock().unwrap().len()
    }

    #[test]
    fn a_buffer_is_used_again_and_shows_only_what_was_written_last() {
        let buffers = Buffers::of(8);
        let (long, other) = (filled(&buffers, b"secretly"), filled(&buffers, b"other"));
        assert_eq!((&*long, &*other, free(&buffers)), (&b"secretly"[..], &b"other"[..], 0));
        drop(long);
        assert_eq!(free(&buffers), 1);
        let short = filled(&buffers, b"x");
        assert_eq!((&*short, free(&buffers)), (&b"x"[..], 0));
    }

    #[test]
    fn a_buffer_that_could_not_be_filled_goes_back() {
        let buffers = Buffers::of(8);
        assert_eq!(buffers.fill(|_| Err("no")).unwrap_err(), "no");
        assert_eq!(free(&buffers), 1);
    }
}
