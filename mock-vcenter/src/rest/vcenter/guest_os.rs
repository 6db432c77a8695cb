//! Names of operating systems: `centos7_64Guest` of the vim API is `CENTOS_7_64` here.

/// Names that follow no rule.
const ODD: &[(&str, &str)] = &[
    ("windows2019srv_64Guest", "WINDOWS_SERVER_2019"),
    ("windows2019srvNext_64Guest", "WINDOWS_SERVER_2021"),
    ("windows2022srvNext_64Guest", "WINDOWS_SERVER_2025"),
    ("amazonlinux2_64Guest", "AMAZONLINUX2_64"),
    ("amazonlinux3_64Guest", "AMAZONLINUX3_64"),
    ("rockylinux_64Guest", "ROCKYLINUX_64"),
];

/// The name in this API.
pub(super) fn guest_os(guest_id: &str) -> String {
    if let Some((_, name)) = ODD.iter().find(|(id, _)| *id == guest_id) {
        return (*name).to_owned();
    }
    let plain = guest_id.replacen("Guest", "", 1);
    let mut name = String::new();
    let mut before: Option<char> = None;
    for letter in plain.chars() {
        let begins = letter.is_ascii_uppercase() || letter.is_ascii_digit();
        let goes_on = before
            .is_none_or(|last| last == '_' || (letter.is_ascii_digit() && last.is_ascii_digit()));
        if begins && !goes_on {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
        before = Some(letter);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_documented_list() {
        for (id, name) in [
            ("centos7_64Guest", "CENTOS_7_64"),
            ("otherGuest", "OTHER"),
            ("otherGuest64", "OTHER_64"),
            ("other3xLinux64Guest", "OTHER_3X_LINUX_64"),
            ("windows9Server64Guest", "WINDOWS_9_SERVER_64"),
            ("windows2019srv_64Guest", "WINDOWS_SERVER_2019"),
            ("winNetEnterpriseGuest", "WIN_NET_ENTERPRISE"),
            ("ubuntu64Guest", "UBUNTU_64"),
            ("vmkernel65Guest", "VMKERNEL_65"),
            ("amazonlinux2_64Guest", "AMAZONLINUX2_64"),
        ] {
            assert_eq!(guest_os(id), name);
        }
    }
}
