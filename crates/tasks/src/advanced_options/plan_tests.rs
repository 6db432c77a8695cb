//! What is planned for options, from what is declared and seen.

use playbook::check_args;

use super::*;
use crate::advanced_options::CAPABILITY;
use crate::plan_words::shown;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn lines(yaml: &str, values: &[Option<Value>]) -> Vec<String> {
    let keys = ["Net.TcpipHeapSize", "UserVars.SuppressShellWarning", "UserVars.ESXiShellTimeOut"];
    let keys = keys.map(str::to_owned).into();
    let seen = Seen { values: values.to_vec(), keys, ..Seen::default() };
    shown(&plan_host(&spec(yaml), "esx1", &seen))
}

#[test]
fn each_option_is_a_step_of_its_own_in_its_own_type() {
    let yaml = "{ options: { A.text: 514, A.long: 1, A.flag: true, A.same: 5 } }";
    let values = [
        Some(Value::String("".into())),
        Some(Value::Long(0)),
        Some(Value::Bool(false)),
        Some(Value::Int(5)),
    ];
    let expected = [
        "set option `A.text` (A.text: (empty) -> 514)",
        "set option `A.long` (A.long: 0 -> 1)",
        "set option `A.flag` (A.flag: false -> true)",
    ];
    assert_eq!(lines(yaml, &values), expected);
    assert_eq!(lines("{ options: { A.same: 5 } }", &values[3..]), ["= `A.same` is 5"]);
}

#[test]
fn an_unknown_option_and_a_wrong_type_are_blocked_with_what_fits() {
    let unknown = |key: &str| lines(&format!("{{ options: {{ {key}: 1 }} }}"), &[None])[0].clone();
    let meant = "! option-unknown: did you mean `Net.TcpipHeapSize`?";
    assert_eq!(unknown("Net.TcpipHeapSizes"), meant);
    assert_eq!(unknown("Network.TcpipHeapSize"), meant);
    assert!(unknown("UserVars.Nonsense").starts_with("! option-unknown"));
    let wrong = lines("{ options: { A.long: maybe } }", &[Some(Value::Long(0))]);
    assert_eq!(wrong, ["! option-type: write such a value"]);
}

#[test]
fn only_plain_values_of_single_options_can_be_declared() {
    for yaml in [
        "{ options: {} }",
        "{ options: { A.b: [1] } }",
        "{ options: { A.: 1 } }",
        "{ options: { A.b: { env: X } } }",
        "{ scope: vcenter, host: esx1, options: { A.b: 1 } }",
    ] {
        assert!(check_args(&CAPABILITY, yaml).is_err(), "{yaml}");
    }
}
