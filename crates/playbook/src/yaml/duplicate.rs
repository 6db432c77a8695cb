//! Which keys of a block were seen: [`SeenKeys`]. Small blocks, nearly all, need no hash table.

use std::collections::HashMap;
use std::sync::Arc;

use super::node::Key;
use crate::source::Span;

/// From this many keys on a table is faster than looking at each.
const SMALL: usize = 8;

/// The keys of one block with their places.
#[derive(Default)]
pub(super) struct SeenKeys {
    few: Vec<(Arc<str>, Span)>,
    many: HashMap<Arc<str>, Span>,
}

impl SeenKeys {
    /// Takes a key in; says where it stood first if it was seen before.
    pub(super) fn first(&mut self, key: &Key) -> Option<Span> {
        let in_few = self.few.iter().find(|(text, _)| *text == key.text).map(|(_, span)| *span);
        if let Some(span) = in_few.or_else(|| self.many.get(&key.text).copied()) {
            return Some(span);
        }
        if self.few.len() < SMALL {
            self.few.push((Arc::clone(&key.text), key.span));
        } else {
            self.many.insert(Arc::clone(&key.text), key.span);
        }
        None
    }
}
