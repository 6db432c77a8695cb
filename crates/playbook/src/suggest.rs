//! "Did you mean": finds the known name closest to a mistyped one.

/// Longer names are not compared: the effort grows with the square of the length.
const LONGEST: usize = 64;
/// More names are not looked at.
const MOST: usize = 500;

/// The known name closest to `name`, if one is close.
pub(crate) fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    let near = known.into_iter().take(MOST).filter(|known| known.len() <= LONGEST);
    near.map(|known| (strsim::damerau_levenshtein(&name, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// What to write instead of a name that is not known: the closest, or all there are.
pub fn instead<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match (closest(name, known.iter().copied()), known.len()) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, 0) => "there are none".to_owned(),
        (None, 1..=12) => format!("known are {}", crate::capability::quoted(&known)),
        (None, more) => {
            let first = crate::capability::quoted(&known[..12]);
            format!("known are {first} and {} more", more - 12)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_found_and_far_ones_are_not() {
        let known = ["cluster", "host", "vmkernel", "fault_tolerance"];
        assert_eq!(closest("clutser", known), Some("cluster"));
        assert_eq!(closest("Hots", known), Some("host"));
        assert_eq!(closest("fault_tolerence", known), Some("fault_tolerance"));
        assert_eq!(closest("xyz", known), None);
        assert_eq!(closest(&"a".repeat(1000), known), None);
    }
}
