//! End-to-end cases: the binary `lockstep` and foreign clients against a mock vCenter on loopback.

mod connecting;
mod trouble;
