//! What is said from outside while a run goes on.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use orchestrator::{ApplyOptions, EventKind, ServerName, TaskGraph, apply_run};
use tokio::sync::mpsc;

use crate::toy::{Sets, Toys, context, node};

#[tokio::test(start_paused = true)]
async fn what_becomes_of_a_server_is_an_event_in_sequence_and_nothing_follows_the_last_one() {
    let world = Toys::with(&[]);
    let (sink, mut events) = mpsc::unbounded_channel();
    let task = Sets::to(&[("a", "1")]).takes("a", 60);
    let graph = Arc::new(TaskGraph::new(vec![node("t", task)]).unwrap());
    let context = context(sink);
    let outside = context.outside.clone();
    let server = ServerName { name: "vcenter".to_owned(), address: "vc:443".to_owned() };
    outside.server_silent(server.clone(), UNIX_EPOCH, UNIX_EPOCH, "told to nobody");
    let saying = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let until = UNIX_EPOCH + Duration::from_secs(300);
        outside.server_silent(server.clone(), UNIX_EPOCH, until, "connection refused");
        tokio::time::sleep(Duration::from_secs(10)).await;
        outside.server_answers(server.clone(), Duration::from_secs(10));
    };
    let run = apply_run(graph, world, &context, ApplyOptions::default());
    let (_, ()) = tokio::join!(run, saying);
    outside.server_answers(server.clone(), Duration::ZERO);
    drop(context);
    let mut told = Vec::new();
    let mut last = 0;
    let mut ended = false;
    while let Ok(event) = events.try_recv() {
        assert_eq!(event.seq, last + 1);
        last = event.seq;
        assert!(!ended, "{event:?}");
        match event.kind {
            EventKind::ServerSilent { cause, .. } => told.push((event.elapsed.as_secs(), cause)),
            EventKind::ServerAnswers { server, .. } => {
                told.push((event.elapsed.as_secs(), server.address));
            }
            EventKind::RunFinished { .. } => ended = true,
            _ => {}
        }
    }
    assert_eq!(told, [(10, "connection refused".to_owned()), (20, "vc:443".to_owned())]);
    assert!(ended);
}
