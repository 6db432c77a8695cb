//! Bounds on every exchange, so that no server can hold or fill us.

use std::time::Duration;

/// Times and sizes of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to the end of the TLS handshake.
    pub connect: Duration,
    /// From the request to the end of the response's head; long polls add their own waiting time.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// From the request to the last byte; long polls add their own waiting time.
    pub total: Duration,
    /// Largest body accepted, after decompression.
    pub body: usize,
    /// How long a file on its way, up or down, may stand still. There is no bound on the whole.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            first_byte: Duration::from_secs(120),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(600),
            body: 512 << 20,
            stall: Duration::from_secs(120),
        }
    }
}
