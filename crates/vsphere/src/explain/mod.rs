//! x
use vim25::{Poly, types::MethodFault};
/// Words
#[derive(Debug, Clone)]
pub struct Explanation {
    /// c
    pub cause: String,
    /// f
    pub fix: Option<String>,
}
impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.cause)
    }
}
/// x
pub fn explain_fault(f: &Poly<MethodFault>) -> Explanation {
    Explanation { cause: f.type_name().into(), fix: None }
}
