//! A bounded list of events that copies cheaply: [`EventLog`].

use std::sync::Arc;

use vim25::Poly;
use vim25::types::Event;

const CHUNK: usize = 256;
/// The oldest events go once there are more chunks than this.
const CHUNKS: usize = 256;

type Chunk = Arc<Vec<Arc<Poly<Event>>>>;

/// Events in order of their keys.
#[derive(Clone, Default)]
pub(super) struct EventLog {
    chunks: Arc<Vec<Chunk>>,
    last_key: i32,
}

impl EventLog {
    pub(super) fn next_key(&self) -> i32 {
        self.last_key + 1
    }

    pub(super) fn push(&mut self, event: Poly<Event>) {
        self.last_key = event.key;
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            chunks.push(Arc::default());
            if chunks.len() > CHUNKS {
                chunks.remove(0);
            }
        }
        if let Some(last) = chunks.last_mut() {
            Arc::make_mut(last).push(Arc::new(event));
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Poly<Event>> {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).map(|event| &**event)
    }

    pub(super) fn latest(&self) -> Option<&Poly<Event>> {
        self.chunks.last()?.last().map(|event| &**event)
    }
}
