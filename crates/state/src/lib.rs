//! Where runs are remembered: the journal. No vSphere, no network.
