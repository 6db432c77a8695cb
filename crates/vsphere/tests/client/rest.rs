//! The REST side: one login however many ask, the older API as fall-back, a session that ended, refusals, bounds.

use std::sync::{Arc, Mutex};

use vim25::MoRef;
use vsphere::transport::{HttpRequest, HttpResponse, Verb};
use vsphere::{RestProblem, TagName};

use crate::fake::{Fake, PASSWORD};

const CATEGORY: &str = "urn:vmomi:InventoryServiceCategory:1:GLOBAL";
const TAG: &str = "urn:vmomi:InventoryServiceTag:2:GLOBAL";

/// A REST server for the fake.
#[derive(Default)]
struct Tags {
    /// Paths that were asked, logins included.
    log: Vec<String>,
    /// Speaks the older API only.
    old: bool,
    refuses: bool,
    /// The next question finds its session gone.
    expires: bool,
    logins: u32,
    categories: Option<usize>,
    /// Nothing has the tag, and empty lists are told as `null`.
    null: bool,
}

fn json(status: u16, body: impl Into<String>) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.into().into_bytes() }
}

impl Tags {
    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let path = request.url.strip_prefix("https://vc.test:443").unwrap().to_owned();
        self.log.push(format!("{:?} {path}", request.verb));
        if self.old == path.starts_with("/api/") {
            return json(404, "");
        }
        let header = |name: &str| {
            let found = request.headers.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let is_session = path.ends_with("/session");
        if is_session && request.verb == Verb::Post {
            if self.refuses {
                return json(401, r#"{"error_type":"UNAUTHENTICATED","messages":[]}"#);
            }
            assert!(header("authorization").starts_with("Basic "));
            self.logins += 1;
            return self.good(201, &format!("\"token-{}\"", self.logins));
        }
        if header("vmware-api-session-id") != format!("token-{}", self.logins) || self.expires {
            self.expires = false;
            return json(401, r#"{"error_type":"UNAUTHENTICATED","messages":[]}"#);
        }
        if is_session {
            return json(204, "");
        }
        match path.rsplit('/').next().unwrap() {
            "category" => {
                let ids = vec![format!("\"{CATEGORY}\""); self.categories.unwrap_or(1)];
                self.good(200, &format!("[{}]", ids.join(",")))
            }
            last if last.contains("list-tags-for-category") => {
                self.good(200, &format!("[\"{TAG}\"]"))
            }
            last if last.contains("list-attached-objects-on-tags") => {
                let objects = match self.null {
                    true => "null",
                    false => r#"[{"id":"vm-1","type":"VirtualMachine"}]"#,
                };
                self.good(200, &format!(r#"[{{"tag_id":"{TAG}","object_ids":{objects}}}]"#))
            }
            last if last.contains("Category") => {
                self.good(200, &format!(r#"{{"id":"{CATEGORY}","name":"Tier"}}"#))
            }
            _ => self.good(200, &format!(r#"{{"id":"{TAG}","name":"Gold","more":1}}"#)),
        }
    }

    fn good(&self, status: u16, body: &str) -> HttpResponse {
        match self.old {
            true => json(200, format!("{{\"value\":{body}}}")),
            false => json(status, body),
        }
    }
}

fn serving(tags: Tags) -> (Arc<Fake>, Arc<Mutex<Tags>>) {
    let tags = Arc::new(Mutex::new(tags));
    let fake = Fake::new();
    let served = Arc::clone(&tags);
    fake.serve_rest(move |request| served.lock().unwrap().answer(request));
    (fake, tags)
}

fn gold() -> [TagName; 1] {
    ["Tier/Gold".parse().unwrap()]
}

fn count(tags: &Mutex<Tags>, part: &str) -> usize {
    tags.lock().unwrap().log.iter().filter(|line| line.contains(part)).count()
}

#[tokio::test(start_paused = true)]
async fn many_questions_at_once_share_one_login_and_closing_ends_both_sessions() {
    let (fake, tags) = serving(Tags::default());
    let client = fake.connect().await.unwrap();
    let (reader, wanted) = (client.reader(), gold());
    let (one, other) = tokio::join!(reader.tagged(&wanted), reader.tagged(&wanted));
    let expected = std::collections::HashSet::from([MoRef::new("VirtualMachine", "vm-1")]);
    assert_eq!(one.unwrap().unwrap(), expected);
    assert_eq!(other.unwrap().unwrap(), expected);
    assert_eq!(tags.lock().unwrap().logins, 1);
    client.close().await.unwrap();
    assert_eq!(count(&tags, "Delete /api/session"), 1);
    assert_eq!(fake.count("Logout"), 1);
    let error = reader.tagged(&wanted).await.unwrap_err();
    assert!(matches!(error.problem(), RestProblem::Closed), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_asked_opens_no_session() {
    let (fake, tags) = serving(Tags::default());
    fake.connect().await.unwrap().close().await.unwrap();
    assert_eq!(tags.lock().unwrap().log, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_server_without_the_newer_api_is_asked_over_the_older_one() {
    let (fake, tags) = serving(Tags { old: true, ..Tags::default() });
    let client = fake.connect().await.unwrap();
    assert_eq!(client.reader().tagged(&gold()).await.unwrap().unwrap().len(), 1);
    client.close().await.unwrap();
    assert_eq!(count(&tags, "/api/"), 1, "it is found out once");
    assert_eq!(count(&tags, "Delete /rest/com/vmware/cis/session"), 1);
    let listed = format!("Post /rest/com/vmware/cis/tagging/tag/id:{CATEGORY}?~action=list-tags");
    assert_eq!(count(&tags, &listed), 1, "{:?}", tags.lock().unwrap().log);
}

#[tokio::test(start_paused = true)]
async fn a_tag_whose_objects_are_null_is_on_nothing() {
    let (fake, _) = serving(Tags { old: true, null: true, ..Tags::default() });
    let client = fake.connect().await.unwrap();
    let none = std::collections::HashSet::new();
    assert_eq!(client.reader().tagged(&gold()).await.unwrap().unwrap(), none);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ended_is_renewed_once_and_the_question_asked_again() {
    let (fake, tags) = serving(Tags::default());
    let client = fake.connect().await.unwrap();
    client.reader().tagged(&gold()).await.unwrap().unwrap();
    tags.lock().unwrap().expires = true;
    client.reader().tagged(&gold()).await.unwrap().unwrap();
    assert_eq!(tags.lock().unwrap().logins, 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_password_is_sent_once_and_never_shown() {
    let (fake, tags) = serving(Tags { refuses: true, ..Tags::default() });
    let client = fake.connect().await.unwrap();
    for _ in 0..2 {
        let error = client.reader().tagged(&gold()).await.unwrap_err();
        assert!(matches!(error.problem(), RestProblem::WrongPassword), "{error:?}");
        assert!(!format!("{error:?}").contains(PASSWORD));
    }
    assert_eq!(tags.lock().unwrap().log, ["Post /api/session"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_without_end_and_a_tag_that_is_not_there_are_told() {
    let (fake, tags) = serving(Tags { categories: Some(10_001), ..Tags::default() });
    let client = fake.connect().await.unwrap();
    let error = client.reader().tagged(&gold()).await.unwrap_err();
    assert!(matches!(error.problem(), RestProblem::TooMany { found: 10_001, .. }), "{error:?}");
    tags.lock().unwrap().categories = None;
    let wanted = ["Tier/Glod".parse().unwrap()];
    let unknown = client.reader().tagged(&wanted).await.unwrap().unwrap_err();
    assert_eq!(unknown.to_string(), "no tag `Tier/Glod`: did you mean `Tier/Gold`?");
}
