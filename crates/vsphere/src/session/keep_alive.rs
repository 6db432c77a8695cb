//! Uses an idle session now and then, so that the server does not drop it.

use std::sync::Weak;

use vim25::{MoRef, methods};

use super::current::{CallOptions, Session};

/// Runs until the session is closed or dropped. Servers drop a session after 30 idle minutes, and with it
/// every view and filter; an operator may think at a prompt for longer than that.
pub(crate) async fn keep_alive(session: Weak<Session>) {
    loop {
        let Some(open) = session.upgrade() else { return };
        let (clock, closed) = (open.wire.clock.clone(), open.closed.clone());
        let idle = clock.now().saturating_duration_since(open.last_use());
        let pause = open.times.keep_alive.saturating_sub(idle);
        if pause.is_zero() {
            let this = MoRef::new("ServiceInstance", "ServiceInstance");
            let call = methods::CurrentTime { this, ..Default::default() };
            if let Err(error) = open.invoke(&call, CallOptions::default()).await {
                tracing::debug!(%error, "keeping the session alive failed");
            }
        }
        let pause = if pause.is_zero() { open.times.keep_alive } else { pause };
        drop(open);
        tokio::select! {
            biased;
            () = clock.sleep(pause) => {}
            () = closed.cancelled() => return,
        }
    }
}
