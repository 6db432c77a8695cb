//! Documents that want to do harm: each ends with an error, none with a crash.

use vim25::methods;
use vim25::soap::{DecodeError, Limits, Problem, decode_request, decode_response};

use crate::envelope;

fn read(document: &str) -> Result<(), DecodeError> {
    decode_response::<methods::Fetch>(document.as_bytes(), &Limits::default()).map(|_| ())
}

fn problem(document: &str) -> Problem {
    read(document).expect_err("must be refused").problem
}

#[test]
fn nesting_is_bounded_in_known_and_unknown_elements() {
    for (open, close) in [
        ("<x>", "</x>"),
        ("<rootSnapshotList><childSnapshotList>", "</childSnapshotList></rootSnapshotList>"),
        ("<faultCause><fault>", "</fault></faultCause>"),
    ] {
        let deep = format!(
            "<FetchResponse><returnval i:type=\"VirtualMachineSnapshotInfo\">{}{}</returnval></FetchResponse>",
            open.repeat(200_000),
            close.repeat(200_000)
        );
        assert!(matches!(problem(&envelope(&deep)), Problem::TooMuch { .. }), "{open}");
    }
    let skipped = format!("<s:Header xmlns:s=\"x\">{}", "<x>".repeat(200_000));
    let document = format!("<Envelope>{skipped}");
    assert!(matches!(problem(&document), Problem::TooMuch { .. }));
}

#[test]
fn sizes_and_counts_are_bounded() {
    let limits = Limits { elements: 10, ..Limits::default() };
    let many = envelope(&format!("<FetchResponse>{}</FetchResponse>", "<x/>".repeat(20)));
    let error = decode_response::<methods::Fetch>(many.as_bytes(), &limits).expect_err("refused");
    assert!(matches!(error.problem, Problem::TooMuch { what: "elements", .. }));
    let limits = Limits { bytes: 10, ..Limits::default() };
    let error = decode_response::<methods::Fetch>(many.as_bytes(), &limits).expect_err("refused");
    assert!(matches!(error.problem, Problem::TooMuch { what: "bytes", .. }));
}

#[test]
fn document_types_and_unknown_entities_are_refused() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><Envelope/>";
    assert_eq!(problem(laughs), Problem::Doctype);
    let entity =
        envelope("<FetchResponse><returnval i:type=\"d:string\">&lol;</returnval></FetchResponse>");
    assert!(matches!(problem(&entity), Problem::Malformed(_)));
}

#[test]
fn what_is_not_an_envelope_is_refused_with_the_place() {
    assert_eq!(problem("<html><body>503</body></html>"), Problem::NoEnvelope);
    assert_eq!(problem(""), Problem::NoEnvelope);
    assert!(matches!(problem("<a><b></a>"), Problem::NoEnvelope | Problem::Malformed(_)));
    let cut = envelope("<FetchResponse><returnval i:type=\"d:string\">half");
    assert!(matches!(
        problem(cut.trim_end_matches(|c| c != 'f')),
        Problem::Truncated | Problem::Malformed(_)
    ));
    let other = envelope("<LoginResponse/>");
    assert!(matches!(problem(&other), Problem::OtherAnswer { .. }));
    let error =
        decode_response::<methods::Fetch>(b"\xff\xfe", &Limits::default()).expect_err("refused");
    assert_eq!(error.problem, Problem::NotUtf8);
}

#[test]
fn requests_name_what_they_lack() {
    let call = |body: &str| decode_request(envelope(body).as_bytes(), &Limits::default());
    let unknown = call("<MakeCoffee xmlns=\"urn:vim25\"/>").expect_err("refused");
    assert_eq!(unknown.problem, Problem::UnknownMethod("MakeCoffee".into()));
    let missing = call(
        "<Login xmlns=\"urn:vim25\"><_this type=\"SessionManager\">s</_this><userName>u</userName></Login>",
    );
    assert_eq!(missing.expect_err("refused").problem, Problem::MissingParameter("password"));
}
