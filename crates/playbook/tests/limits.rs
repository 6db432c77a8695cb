//! Hostile and huge files end in diagnostics, and the effort grows with the size.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod toy;

use std::fmt::Write;

use playbook::{Diagnostics, Options, Playbook, RenderStyle, Source, check};

fn findings(text: &str) -> Diagnostics {
    check(&Source::new("p", text), toy::CATALOGUE, &Options::default()).unwrap_err()
}

fn codes(text: &str) -> Vec<&'static str> {
    findings(text).iter().map(|item| item.code.as_str()).collect()
}

#[test]
fn deep_nesting_of_every_sort_is_refused() {
    let brackets = "x: ".to_owned() + &"[".repeat(100_000);
    let braces = "x: ".to_owned() + &"{a: ".repeat(100_000);
    let dashes = "- ".repeat(5_000);
    let blocks: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let keys = "? ".repeat(5_000);
    for text in [brackets, braces, dashes, blocks, keys] {
        let found = codes(&text);
        assert!(matches!(found[..], ["LS005"] | ["LS001"]), "{found:?} {:?}", &text[..20]);
    }
}

#[test]
fn aliases_and_variables_cannot_multiply() {
    let mut aliases = "vars:\n  a0: &a0 [x]\n".to_owned();
    let mut variables = "vars:\n  a0: [x]\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        writeln!(aliases, "  a{level}: &a{level} [*a{below}, *a{below}]").unwrap();
        writeln!(variables, "  a{level}: ['{{{{ a{below} }}}}', '{{{{ a{below} }}}}']").unwrap();
    }
    assert_eq!(codes(&(aliases + "tasks: [broom: ]\n")), ["LS007"]);
    let found = codes(&(variables + "tasks: [broom: ]\n"));
    assert!(found.contains(&"LS006"), "{found:?}");
}

#[test]
fn variables_cannot_be_nested_without_end() {
    let mut text = "vars:\n  a0: x\n".to_owned();
    for level in 1..500 {
        writeln!(text, "  a{level}: ['{{{{ a{} }}}}']", level - 1).unwrap();
    }
    let found = codes(&(text + "tasks: [broom: ]\n"));
    assert!(!found.is_empty() && found.iter().all(|code| *code == "LS005"), "{found:?}");
}

#[test]
fn loops_over_large_blocks_run_out_of_allowance() {
    let list: String = (0..5_000).map(|index| format!("x{index}, ")).collect();
    let text = format!(
        "vars: {{ big: [{list}] }}\ntasks:\n  - loop: '{{{{ big }}}}'\n    box: {{ name: a, extra: '{{{{ big }}}}' }}\n"
    );
    let found = codes(&text);
    assert!(found.contains(&"LS006"), "{found:?}");
}

#[test]
fn junk_of_a_mebibyte_yields_diagnostics() {
    let size = 1 << 20;
    let mut state = 1u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from((state >> 33) % 95).unwrap())
    };
    let noise: String = (0..size).map(|_| random()).collect();
    let mut texts = vec![noise];
    for part in [
        "x",
        "- ",
        "a: b\n",
        "'",
        "\"",
        "{",
        "&a ",
        "*a ",
        "!",
        "%",
        "#",
        "|\n ",
        "\t",
        "é",
        "a: {{ b }}\n",
        "? a\n",
    ] {
        texts.push(part.repeat(size / part.len()));
    }
    for text in texts {
        let found = findings(&text);
        assert!(found.has_errors(), "{:?}", &text[..20]);
        assert!(found.render(RenderStyle::default()).len() < 1 << 20);
    }
}

#[test]
fn every_prefix_and_every_damaged_byte_of_a_playbook_is_survived() {
    let text = "vars: { a: [1, 'x'], k: { env: K } }\nconnections:\n  vc: { host: h, password: { env: P } }\ntasks:\n  \
                - id: t\n    when: a | length > 1\n    loop: \"{{ a }}\"\n    box:\n      name: \"n-{{ item }}\"\n      \
                labels: &l { x: y }\n      extra: *l\n      password: '{{ k }}'\n";
    let try_it = |text: &str| {
        let outcome = check(&Source::new("p", text), toy::CATALOGUE, &Options::default());
        if let Err(found) = outcome {
            assert!(found.has_errors());
            found.render(RenderStyle::default());
        }
    };
    try_it(text);
    for at in 0..text.len() {
        try_it(&text[..at]);
        for byte in ["\t", "{", "]", "'", ":", "-", "\n", "é", "{{", "\u{1b}", ""] {
            try_it(&format!("{}{byte}{}", &text[..at], &text[at + 1..]));
        }
    }
}

#[test]
fn mistakes_without_number_are_counted_but_not_all_kept() {
    let mut text = "tasks:\n".to_owned();
    for index in 0..5_000 {
        writeln!(text, "  - box: {{ name: a, sise{index}: 1 }}\n    needs: nobody{index}").unwrap();
    }
    let found = findings(&text);
    assert_eq!(found.iter().count(), 500);
    assert!(found.left_out() > 4_000, "{}", found.left_out());
    assert!(found.render(RenderStyle::default()).contains("more that are not shown"));
}

fn large(tasks: usize) -> String {
    let mut text = "vars: { site: lab }\ntasks:\n".to_owned();
    for index in 0..tasks {
        writeln!(text, "  - id: t{index}\n    box:\n      name: '{{{{ site }}}}-{index}'\n      labels: {{ a: b }}").unwrap();
        let before = index.saturating_sub(1);
        let need = if index > 0 { format!("t{before}") } else { String::new() };
        writeln!(text, "    needs: [{need}]").unwrap();
    }
    text
}

fn checked(text: &str) -> Playbook {
    match check(&Source::new("p", text), toy::CATALOGUE, &Options::default()) {
        Ok(playbook) => playbook,
        Err(found) => panic!("{found}"),
    }
}

#[test]
fn effort_grows_no_faster_than_the_playbook() {
    let text = large(4_000);
    assert!(text.lines().count() >= 20_000);
    let (small, big) = (checked(&large(1_000)), checked(&text));
    assert_eq!(big.tasks.len(), 4_000);
    assert_eq!(big.tasks[3_999].needs.to_vec(), ["t3998"]);
    let ratio = big.work() as f64 / small.work() as f64;
    assert!((3.9..4.1).contains(&ratio), "{} against {}", big.work(), small.work());
}
