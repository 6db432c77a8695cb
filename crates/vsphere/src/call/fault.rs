//! Looking into faults.
//!
//! vCenter wraps faults up to three deep (`faultCause`, `errors`, `hostErrors`, `rootCause`, …), so a
//! caller asks for a type and does not care where it is. Warnings are not looked into: a fault that only
//! holds those is no failure.

use vim25::types::MethodFault;
use vim25::{DataObject, Item, Poly, Value};

/// Deeper nesting than this is not looked into.
const DEPTH: usize = 12;

/// The first fault of type `F` (or of one that extends it) in `fault` or nested in it.
#[must_use]
pub fn find_fault<F: DataObject>(fault: &Poly<MethodFault>) -> Option<&F> {
    search(fault.as_object(), DEPTH)
}

/// Visits `fault` and every fault nested in it, outermost first.
pub fn for_each_fault<'a>(fault: &'a Poly<MethodFault>, visit: &mut dyn FnMut(&'a dyn DataObject)) {
    walk(fault.as_object(), DEPTH, visit);
}

fn search<F: DataObject>(object: &dyn DataObject, depth: usize) -> Option<&F> {
    if let Some(found) = object.as_type::<F>() {
        return Some(found);
    }
    nested(object, depth).find_map(|inner| search(inner, depth - 1))
}

fn walk<'a>(object: &'a dyn DataObject, depth: usize, visit: &mut dyn FnMut(&'a dyn DataObject)) {
    if object.as_type::<MethodFault>().is_some() {
        visit(object);
    }
    for inner in nested(object, depth) {
        walk(inner, depth - 1, visit);
    }
}

/// The objects directly in the fields of `object`.
fn nested(object: &dyn DataObject, depth: usize) -> impl Iterator<Item = &dyn DataObject> {
    let desc = object.type_desc();
    let fields = if depth == 0 { 0 } else { desc.len() };
    (0..fields).filter(move |index| desc.field(*index).name != "warnings").flat_map(move |index| {
        let field = object.field(index);
        (0..field.count()).filter_map(move |at| match field.item(at) {
            Item::Object(inner) => Some(inner),
            Item::Value(Value::Object(inner)) => Some(&**inner),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use vim25::types::{
        FtIssuesOnHost, InvalidState, LocalizedMethodFault, VmFaultToleranceConfigIssue,
        VmFaultToleranceOpIssuesList,
    };

    use super::*;

    fn localized(fault: Poly<MethodFault>) -> LocalizedMethodFault {
        LocalizedMethodFault { fault, ..Default::default() }
    }

    fn issue() -> VmFaultToleranceConfigIssue {
        VmFaultToleranceConfigIssue { reason: Some("hasSnapshots".into()), ..Default::default() }
    }

    #[test]
    fn a_fault_is_found_however_deep_it_is_wrapped() {
        let on_host =
            FtIssuesOnHost { errors: vec![localized(Poly::new(issue()))], ..Default::default() };
        let mut outer = VmFaultToleranceOpIssuesList::default();
        outer.errors.push(localized(Poly::new(on_host)));
        let outer: Poly<MethodFault> = Poly::new(outer);
        let found = find_fault::<VmFaultToleranceConfigIssue>(&outer).unwrap();
        assert_eq!(found.reason.as_deref(), Some("hasSnapshots"));
        assert!(find_fault::<InvalidState>(&outer).is_none());

        let mut names = Vec::new();
        for_each_fault(&outer, &mut |fault| names.push(fault.type_name().to_owned()));
        assert_eq!(
            names,
            ["VmFaultToleranceOpIssuesList", "FtIssuesOnHost", "VmFaultToleranceConfigIssue"]
        );
    }

    #[test]
    fn warnings_are_no_faults() {
        let mut list = VmFaultToleranceOpIssuesList::default();
        list.warnings.push(localized(Poly::new(issue())));
        let list: Poly<MethodFault> = Poly::new(list);
        assert!(find_fault::<VmFaultToleranceConfigIssue>(&list).is_none());
    }
}
