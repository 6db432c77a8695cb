//! Figures for people: medians, and one line per measurement with its target.

/// The middle one of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints the head of a table.
pub(crate) fn head(title: &str, lines: &[&str]) {
    println!("\n{title}");
    for line in lines {
        println!("  {line}");
    }
    println!("\n  {:<14}{:>14}{:>14}{:>10}   target", "", "Lockstep", "pyVmomi", "ratio");
}

/// Prints one line: two figures with their unit, how many times better ours is, and what was aimed at.
pub(crate) fn line(
    what: &str,
    ours: &str,
    theirs: &str,
    ratio: Option<f64>,
    aims: &[(f64, f64, &str)],
) {
    let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.1}x"));
    let aims: Vec<_> = aims
        .iter()
        .map(|(figure, target, unit)| {
            let word = if figure >= target { "met" } else { "MISSED" };
            format!(">= {target:.0}{unit} {word}")
        })
        .collect();
    let line = format!("  {what:<14}{ours:>14}{theirs:>14}{ratio:>10}   {}", aims.join(", "));
    println!("{}", line.trim_end());
}

/// Prints one figure with its unit, and what it should be at most.
pub(crate) fn most(what: &str, figure: f64, unit: &str, target: Option<f64>) {
    let aim = target.map_or_else(String::new, |target| {
        let word = if figure <= target { "met" } else { "MISSED" };
        format!("<= {target} {unit} {word}").replace("  ", " ")
    });
    println!("{}", format!("  {what:<12}{figure:>10.2} {unit:<4}   {aim}").trim_end());
}
