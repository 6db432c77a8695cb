//! What good playbooks become: values with their types, unrolled loops, needs, connections.

mod toy;

use std::time::Duration;

use playbook::{
    ConnectionKind, Data, Options, Overrides, Playbook, RenderStyle, SecretRef, Source, check,
    check_args,
};

fn checked(text: &str) -> Playbook {
    checked_with(text, &Overrides::new())
}

fn checked_with(text: &str, overrides: &Overrides) -> Playbook {
    let options = Options { overrides: overrides.clone(), ..Options::default() };
    match check(&Source::new("p.yaml", text), toy::CATALOGUE, &options) {
        Ok(playbook) => playbook,
        Err(found) => panic!("{}", found.render(RenderStyle::default())),
    }
}

fn ids(playbook: &Playbook) -> Vec<&str> {
    playbook.tasks.iter().map(|task| task.id.as_str()).collect()
}

fn needs(playbook: &Playbook, id: &str) -> Vec<String> {
    let task = playbook.tasks.iter().find(|task| task.id == id);
    task.unwrap_or_else(|| panic!("{id} is missing")).needs.to_vec()
}

#[test]
fn fields_are_read_with_their_types_and_defaults() {
    let text = "name: 8.0\nsize: 2\nlabels: { a: 1, b: no, c: true }\nwait: 1m30s\n\
                password: { file: key.txt }\nslots: [{ material: oak, hinges: 1 }]\n";
    let args = check_args(&toy::CATALOGUE[0], text).unwrap();
    assert_eq!(args.text("name"), "8.0");
    assert_eq!(args.integer("size"), 2);
    assert_eq!(args.duration("wait"), Duration::from_secs(90));
    assert_eq!(args.secret("password"), Some(&SecretRef::File("key.txt".into())));
    let labels: Vec<_> = args.map("labels").iter().map(|(k, v)| (&**k, v.as_text())).collect();
    assert_eq!(labels, [("a", Some("1")), ("b", Some("no")), ("c", Some("true"))]);
    assert_eq!(args.records("slots")[0].text("material"), "oak");
    assert_eq!(args.records("slots")[0].opt_integer("hinges"), Some(1));
    assert!(!args.boolean("sealed") && !args.given("sealed"));
    assert!(args.opt_record("ha").is_none());
    assert!(args.record("ha").boolean("enabled"), "defaults of a block that was left out");
    assert_eq!(args.record("ha").text("level"), "low");
    assert_eq!(args.opt_text("color"), None);
    assert_eq!((args.span("size").line, args.span("size").column), (2, 7));
}

#[test]
fn alternatives_take_the_first_kind_that_fits() {
    let word = check_args(&toy::CATALOGUE[0], "name: a\nlid: none").unwrap();
    assert_eq!(word.text("lid"), "none");
    let block = check_args(&toy::CATALOGUE[0], "name: a\nlid: { material: tin }").unwrap();
    assert_eq!(block.record("lid").text("material"), "tin");
    let wrong = check_args(&toy::CATALOGUE[0], "name: a\nlid: { materiel: tin }").unwrap_err();
    assert_eq!(wrong.len(), 2, "{wrong}");
}

#[test]
fn null_means_left_out_where_a_field_may_be_left_out() {
    let args = check_args(&toy::CATALOGUE[0], "name: a\ncolor: null\nwait: ~").unwrap();
    assert!(!args.given("color"));
    assert_eq!(args.duration("wait"), Duration::from_secs(300));
}

#[test]
fn a_template_that_is_the_whole_value_keeps_its_type() {
    let playbook = checked(
        "vars:\n  n: 3\n  on: true\n  list: [{ material: oak }]\n  key: { env: KEY }\n  base: lab\n  \
         name: \"{{ base }}-{{ n + 1 }}\"\n  bigger: '{{ n * 2 }}'\n\
         tasks:\n  - box:\n      name: '{{ name }}'\n      size: '{{ bigger }}'\n      lid: none\n      \
         sealed: '{{ on and n > 2 }}'\n      slots: '{{ list }}'\n      password: '{{ key }}'\n      \
         extra: '{{ list | length }} {{ base | upper }} {{ missing | default(\"-\") }}'\n",
    );
    let args = &playbook.tasks[0].args;
    assert_eq!(args.text("name"), "lab-4");
    assert_eq!(args.integer("size"), 6);
    assert!(args.boolean("sealed"));
    assert_eq!(args.records("slots")[0].text("material"), "oak");
    assert_eq!(args.secret("password"), Some(&SecretRef::Env("KEY".into())));
    assert_eq!(args.text("extra"), "1 LAB -");
}

#[test]
fn what_a_template_yields_is_not_a_template_again() {
    let mut overrides = Overrides::new();
    overrides.assign("who={{ secret }}").unwrap();
    let text = "vars: { who: x }\ntasks:\n  - box: { name: '{{ who }}', extra: 'is {{ who }}' }\n";
    let playbook = checked_with(text, &overrides);
    assert_eq!(playbook.tasks[0].args.text("name"), "{{ secret }}");
    assert_eq!(playbook.tasks[0].args.text("extra"), "is {{ secret }}");
}

#[test]
fn loops_are_unrolled_and_needs_wait_for_all_instances() {
    let playbook = checked(
        "vars: { names: [a, b] }\ntasks:\n  - id: first\n    broom:\n  - id: boxes\n    needs: first\n    \
         loop: '{{ names }}'\n    name: Box {{item}}\n    box: { name: '{{ item }}' }\n  - id: lids\n    \
         loop: [{ name: x, size: 1 }, { size: 2 }]\n    box: { name: 'lid {{ item.size }}', size: '{{ item.size }}' }\n  \
         - id: last\n    needs: [boxes, lids]\n    broom:\n",
    );
    assert_eq!(ids(&playbook), ["first", "boxes[a]", "boxes[b]", "lids[x]", "lids[2]", "last"]);
    assert_eq!(playbook.tasks[1].title, "Box a");
    assert_eq!(needs(&playbook, "boxes[b]"), ["first"]);
    assert_eq!(needs(&playbook, "last"), ["boxes[a]", "boxes[b]", "lids[x]", "lids[2]"]);
    assert_eq!(playbook.tasks[4].args.integer("size"), 2);
}

#[test]
fn a_skipped_task_passes_on_what_it_waits_for() {
    let playbook = checked(
        "vars: { hot: false }\ntasks:\n  - id: a\n    broom:\n  - id: b\n    needs: a\n    when: hot\n    \
         box: { name: '{{ hot.cold.colder }}' }\n  - id: c\n    needs: b\n    loop: []\n    broom:\n  \
         - id: d\n    needs: [c, a]\n    when: not hot\n    broom:\n  - id: e\n    loop: [1, 2, 3]\n    \
         when: item > 2\n    broom:\n",
    );
    assert_eq!(ids(&playbook), ["a", "d", "e[3]"]);
    assert_eq!(needs(&playbook, "d"), ["a"]);
    let skipped: Vec<_> = playbook.skipped.iter().map(|s| (&*s.id, &*s.when)).collect();
    assert_eq!(skipped, [("b", "hot"), ("e[1]", "item > 2"), ("e[2]", "item > 2")]);
}

#[test]
fn a_task_that_is_skipped_is_still_checked() {
    let text = "vars: { hot: false }\ntasks:\n  - when: hot\n    box: { nam: a, size: '{{ sice }}', wait: 1 }\n";
    let found = check(&Source::new("p", text), toy::CATALOGUE, &Options::default()).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(codes, ["LS042", "LS041", "LS061", "LS045"]);
}

#[test]
fn values_from_outside_replace_variables_and_have_types() {
    let mut overrides = Overrides::new();
    overrides.assign("size=5").unwrap();
    overrides.assign("names=[x, y]").unwrap();
    overrides.load(&Source::new("vars.yaml", "site: lab\n")).unwrap();
    let text = "vars: { size: 1, names: [], site: null }\ntasks:\n  - loop: '{{ names }}'\n    \
                box: { name: '{{ site }}-{{ item }}', size: '{{ size }}' }\n";
    let playbook = checked_with(text, &overrides);
    assert_eq!(ids(&playbook), ["box-1[x]", "box-1[y]"]);
    assert_eq!(playbook.tasks[1].args.text("name"), "lab-y");
    assert_eq!(playbook.tasks[1].args.integer("size"), 5);
    assert!(Overrides::new().assign("novalue").is_err());
    assert!(Overrides::new().assign("x=[1").is_err());
}

#[test]
fn connections_are_read_and_found() {
    let pin = "AB:".repeat(31) + "AB";
    let playbook = checked(&format!(
        "vars: {{ domain: lab }}\nconnections:\n  vc:\n    url: 'https://vc.{{{{ domain }}}}'\n    kind: vcenter\n    \
         username: admin\n    password: {{ env: VC_PASSWORD }}\n    tls: {{ sha256: '{pin}' }}\n  esx: {{ host: '[::1]:8989' }}\n\
         tasks:\n  - connection: esx\n    box: {{ name: a, from: vc }}\n",
    ));
    let vc = playbook.connection("vc").unwrap();
    assert_eq!(vc.url.as_deref(), Some("https://vc.lab/sdk"));
    assert_eq!(vc.kind, Some(ConnectionKind::Vcenter));
    assert_eq!(vc.password, Some(SecretRef::Env("VC_PASSWORD".into())));
    assert_eq!(vc.tls.sha256, Some([0xab; 32]));
    assert!(!vc.tls.insecure);
    let esx = playbook.connection("esx").unwrap();
    assert_eq!(esx.url.as_deref(), Some("https://[::1]:8989/sdk"));
    assert_eq!(playbook.tasks[0].connection, "esx");
    assert_eq!(playbook.tasks[0].args.text("from"), "vc");
}

#[test]
fn without_connections_there_is_one_that_is_left_to_the_environment() {
    let playbook = checked("tasks:\n  - broom:\n");
    assert_eq!(playbook.tasks[0].connection, "default");
    assert!(playbook.connection("default").unwrap().url.is_none());
}

#[test]
fn one_connection_or_the_one_called_default_is_taken() {
    let one = checked("connections: { lab: { host: vc } }\ntasks:\n  - broom:\n");
    assert_eq!(one.tasks[0].connection, "lab");
    let text = "connections: { lab: { host: vc }, default: { host: x } }\ntasks:\n  - broom:\n";
    assert_eq!(checked(text).tasks[0].connection, "default");
}

#[test]
fn places_are_right_after_wide_characters_line_breaks_of_windows_and_a_byte_order_mark() {
    let text = "\u{feff}# größe 東京\r\ntasks:\r\n  - box:\r\n      name: 'ä東'\r\n      labels: { ö: 'x', size: [] }\r\n";
    let source = Source::new("p", text);
    let found = check(&source, toy::CATALOGUE, &Options::default()).unwrap_err();
    let place = found.iter().next().unwrap().span;
    assert_eq!((place.line, place.column), (5, 31));
    assert_eq!(&source.text()[place.start as usize..place.end as usize], "[]");
}

#[test]
fn all_mistakes_are_reported_at_once_and_in_order() {
    let text = "vars: { a: '{{ b }}' }\nconnections: { x: { hst: y } }\ntask: []\ntasks:\n  - id: 'a b'\n    \
                needs: q\n    box: { nam: x, size: 99 }\n  - brom:\n";
    let found = check(&Source::new("p", text), toy::CATALOGUE, &Options::default()).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|item| item.code.as_str()).collect();
    let expected =
        ["LS061", "LS041", "LS021", "LS026", "LS028", "LS042", "LS041", "LS043", "LS023"];
    assert_eq!(codes, expected);
    assert!(found.to_plain().iter().all(|item| item.line > 0 && item.column > 0));
}

#[test]
fn any_value_is_kept_as_it_is() {
    let args =
        check_args(&toy::CATALOGUE[0], "name: a\nextra: [1, 1.5, ~, no, { k: true }]").unwrap();
    let items = args.list("extra");
    assert!(matches!(items[0].data, Data::Integer(1)));
    assert!(matches!(items[1].data, Data::Number(_)));
    assert!(matches!(items[2].data, Data::Null));
    assert_eq!(items[3].as_text(), Some("no"));
    assert_eq!(items[4].as_map().unwrap()[0].1.as_boolean(), Some(true));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let text = "tasks:\n  - box: { name: a, size: 99, password: x }\n";
    let found = check(&Source::new("p", text), toy::CATALOGUE, &Options::default()).unwrap_err();
    let plain = found.render(RenderStyle { width: 80, ..RenderStyle::default() });
    let styled = found.render(RenderStyle { color: true, width: 80, ..RenderStyle::default() });
    assert!(plain.is_ascii() && !plain.contains('\u{1b}'));
    let mut bare = String::new();
    for (index, part) in styled.split("\u{1b}[").enumerate() {
        bare.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(bare, plain);
    assert_ne!(styled, plain);
}

#[test]
fn what_uses_a_server_needs_the_task_that_installs_it() {
    let text = "connections:\n  vc: { host: vc.lab }\n  esx: { host: esx.lab, installed_by: install }\ntasks:\n  \
                - { id: uses, connection: esx, broom: }\n  - { id: other, connection: vc, broom: }\n  \
                - { id: install, connection: vc, loop: [a, b], broom: }\n";
    let playbook = checked(text);
    assert_eq!(needs(&playbook, "uses"), ["install[a]", "install[b]"]);
    assert!(needs(&playbook, "other").is_empty());
    assert_eq!(playbook.connection("vc").unwrap().installed_by, None);
}
