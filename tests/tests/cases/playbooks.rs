//! Playbooks of the cases.

/// The one that the demonstration runs.
pub(crate) const SOFTWARE_FT: &str = include_str!("../../../playbooks/software-ft.yaml");

/// The same without the limits that its eight VMs need.
pub(crate) fn without_ft_caps() -> String {
    let kept: Vec<_> =
        SOFTWARE_FT.lines().filter(|line| !line.trim_start().starts_with("ft:")).collect();
    let text = kept.join("\n");
    assert_ne!(text, SOFTWARE_FT.trim_end(), "the playbook sets no limits");
    text
}

/// A playbook of these tasks, written as one would at a keyboard.
pub(crate) fn of_tasks(tasks: &str) -> String {
    format!("tasks:\n{tasks}")
}
