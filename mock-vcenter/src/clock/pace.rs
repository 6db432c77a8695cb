//! How fast the mock's time runs: [`Pace`].

use std::fmt;

/// The relation of the mock's time to the machine's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As fast as the machine's, or as tokio's where its time is paused.
    Real,
    /// So many mock seconds a machine second; from a millionth to a million.
    Scaled(f64),
    /// Stands still; moves only through [`Clock::advance`](super::Clock::advance).
    Stepped,
}

impl Pace {
    /// A pace from a factor: 0 stands still, 1 is real, anything else is scaled.
    /// `None` for negative or undefined factors and for those outside a millionth and a million.
    #[must_use]
    pub fn from_factor(factor: f64) -> Option<Self> {
        if factor != 0.0 && !(1e-6..=1e6).contains(&factor) {
            return None;
        }
        Some(if factor == 0.0 {
            Self::Stepped
        } else if (factor - 1.0).abs() < f64::EPSILON {
            Self::Real
        } else {
            Self::Scaled(factor)
        })
    }

    /// Mock seconds for each machine second.
    #[must_use]
    pub fn factor(self) -> f64 {
        match self {
            Self::Real => 1.0,
            Self::Scaled(factor) => factor,
            Self::Stepped => 0.0,
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("real"),
            Self::Scaled(factor) => write!(f, "scaled x{factor}"),
            Self::Stepped => f.write_str("stepped"),
        }
    }
}
