//! Tagging many at once, what is used by whom, changes of categories and tags; in both dialects.

use hyper::{Method, StatusCode};
use serde_json::Value as Json;

use super::*;

const OK: StatusCode = StatusCode::OK;

/// Where the dialects differ: root, sign of an action, prefix of an identifier, and whether answers are wrapped.
#[derive(Clone, Copy)]
struct Form {
    root: &'static str,
    action: &'static str,
    id: &'static str,
    wrapped: bool,
}

const FORMS: [Form; 2] = [
    Form { root: "/api/cis/tagging", action: "?action=", id: "/", wrapped: false },
    Form { root: "/rest/com/vmware/cis/tagging", action: "?~action=", id: "/id:", wrapped: true },
];

impl Tagged {
    async fn act(
        &self,
        form: Form,
        what: &str,
        id: Option<&str>,
        action: &str,
        body: Json,
    ) -> (StatusCode, Json) {
        let Form { root, action: sign, .. } = form;
        let id = id.map(|id| format!("{}{id}", form.id)).unwrap_or_default();
        let (status, body) = self.post(&format!("{root}/{what}{id}{sign}{action}"), body).await;
        let bare = if form.wrapped { body["value"].clone() } else { body };
        (status, bare)
    }

    async fn associate(&self, form: Form, id: Option<&str>, action: &str, body: Json) -> Json {
        let (status, body) = self.act(form, "tag-association", id, action, body).await;
        assert_eq!(status, OK, "{action}: {body}");
        body
    }
}

#[tokio::test]
async fn one_tag_is_attached_to_and_detached_from_many_objects() {
    for form in FORMS {
        let tagged = Tagged::new().await;
        let gold = Some(tagged.gold.as_str());
        let vms = tagged.rig.core.store.snapshot().of_kind("VirtualMachine").to_vec();
        let id = |value: &str| json!({ "id": value, "type": "VirtualMachine" });
        let both = json!({ "object_ids": [id(&vms[0].value), id(&vms[1].value), id("vm-none")] });
        let done =
            tagged.associate(form, gold, "attach-tag-to-multiple-objects", both.clone()).await;
        assert_eq!(done["success"], false);
        assert_eq!(done["error_messages"].as_array().unwrap().len(), 1, "{done}");
        let text = done["error_messages"][0]["default_message"].as_str().unwrap();
        assert!(text.contains("vm-none"), "{text}");
        let seen =
            tagged.associate(form, None, "list-attached-tags-on-objects", both.clone()).await;
        assert_eq!(seen[1], json!({ "object_id": id(&vms[1].value), "tag_ids": [tagged.gold] }));
        let done = tagged.associate(form, gold, "detach-tag-from-multiple-objects", both).await;
        assert_eq!(done, json!({ "success": true, "error_messages": [] }));
        let left = tagged.associate(form, gold, "list-attached-objects", Json::Null).await;
        assert_eq!(left, json!([]));
        let none = json!({ "object_ids": [] });
        let action = "attach-tag-to-multiple-objects";
        let (status, _) = tagged.act(form, "tag-association", Some("none"), action, none).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn many_tags_are_attached_to_one_object_as_far_as_they_fit_it() {
    for form in FORMS {
        let tagged = Tagged::new().await;
        let colour = json!({
            "name": "Colour", "description": "", "cardinality": "MULTIPLE", "associable_types": [],
        });
        let (_, colour) = tagged.post("/api/cis/tagging/category", colour).await;
        let mut tags = vec![tagged.silver.clone()];
        for name in ["Red", "Blue"] {
            let spec = json!({ "name": name, "description": "", "category_id": colour });
            let (_, id) = tagged.post("/api/cis/tagging/tag", spec).await;
            tags.push(id.as_str().unwrap().to_owned());
        }
        let fitting = tagged.associate(form, None, "list-attachable-tags", tagged.object()).await;
        let mut expected = [tags[1].clone(), tags[2].clone()];
        expected.sort();
        assert_eq!(fitting, json!(expected), "the VM is Gold, so it cannot be Silver");
        let mut wanted = tagged.object();
        wanted["tag_ids"] = json!(tags);
        let done =
            tagged.associate(form, None, "attach-multiple-tags-to-object", wanted.clone()).await;
        assert_eq!(done["success"], false);
        assert_eq!(done["error_messages"].as_array().unwrap().len(), 1, "{done}");
        let own = tagged.associate(form, None, "list-attached-tags", tagged.object()).await;
        assert_eq!(own.as_array().unwrap().len(), 3, "Gold, Red and Blue");
        wanted["tag_ids"] = own;
        let done = tagged.associate(form, None, "detach-multiple-tags-from-object", wanted).await;
        assert_eq!(done["success"], true);
        let own = tagged.associate(form, None, "list-attached-tags", tagged.object()).await;
        assert_eq!(own, json!([]));
    }
}

#[tokio::test]
async fn tags_that_there_are_not_are_left_out_of_a_list_of_many() {
    for form in FORMS {
        let tagged = Tagged::new().await;
        let wanted = json!({ "tag_ids": ["none", tagged.gold] });
        let listed = tagged.associate(form, None, "list-attached-objects-on-tags", wanted).await;
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!(listed[0]["tag_id"], json!(tagged.gold));
    }
}

#[tokio::test]
async fn who_uses_a_category_or_a_tag_is_kept() {
    for form in FORMS {
        let tagged = Tagged::new().await;
        let user = json!({ "used_by_entity": "backup" });
        for (what, id, list) in [
            ("category", &tagged.category, "list-used-categories"),
            ("tag", &tagged.gold, "list-used-tags"),
        ] {
            let of = Some(id.as_str());
            let (status, _) = tagged.act(form, what, of, "add-to-used-by", user.clone()).await;
            assert!(status.is_success());
            let (_, used) = tagged.act(form, what, None, list, user.clone()).await;
            assert_eq!(used, json!([id]));
            let path = format!("/api/cis/tagging/{what}/{id}");
            let (_, shown) =
                send(&tagged.rig, Method::GET, &path, Some(&tagged.token), Json::Null).await;
            assert_eq!(shown["used_by"], json!(["backup"]));
            tagged.act(form, what, of, "remove-from-used-by", user.clone()).await;
            let (status, used) = tagged.act(form, what, None, list, user.clone()).await;
            assert_eq!((status, used), (OK, json!([])));
        }
    }
}

#[tokio::test]
async fn a_category_becomes_wider_and_never_narrower_and_no_name_is_taken_twice() {
    let tagged = Tagged::new().await;
    let patch = async |path: String, body: Json| {
        send(&tagged.rig, Method::PATCH, &path, Some(&tagged.token), body).await
    };
    let category = format!("/api/cis/tagging/category/{}", tagged.category);
    let wide =
        json!({ "cardinality": "MULTIPLE", "associable_types": ["VirtualMachine", "HostSystem"] });
    assert_eq!(patch(category.clone(), wide).await.0, StatusCode::NO_CONTENT);
    for narrow in
        [json!({ "cardinality": "SINGLE" }), json!({ "associable_types": ["HostSystem"] })]
    {
        let (status, body) = patch(category.clone(), narrow).await;
        assert_eq!(
            (status, &body["error_type"]),
            (StatusCode::BAD_REQUEST, &json!("INVALID_ARGUMENT"))
        );
    }
    let silver = format!("/rest/com/vmware/cis/tagging/tag/id:{}", tagged.silver);
    let (status, body) = patch(silver.clone(), json!({ "update_spec": { "name": "Gold" } })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["type"], "com.vmware.vapi.std.errors.already_exists");
    let renamed = json!({ "update_spec": { "name": "Bronze", "description": "third" } });
    assert_eq!(patch(silver.clone(), renamed).await.0, OK);
    let (_, shown) = send(&tagged.rig, Method::GET, &silver, Some(&tagged.token), Json::Null).await;
    assert_eq!(
        (&shown["value"]["name"], &shown["value"]["description"]),
        (&json!("Bronze"), &json!("third"))
    );
}

#[tokio::test]
async fn a_type_may_be_written_with_its_space() {
    let tagged = Tagged::new().await;
    let spec = json!({
        "name": "Rack", "description": "", "cardinality": "SINGLE",
        "associable_types": ["urn:vim25:VirtualMachine"],
    });
    let (_, category) = tagged.post("/api/cis/tagging/category", spec.clone()).await;
    let path = format!("/api/cis/tagging/category/{}", category.as_str().unwrap());
    let (_, shown) = send(&tagged.rig, Method::GET, &path, Some(&tagged.token), Json::Null).await;
    assert_eq!(shown["associable_types"], spec["associable_types"]);
    let spec = json!({ "name": "A1", "description": "", "category_id": category });
    let (_, tag) = tagged.post("/api/cis/tagging/tag", spec).await;
    let tag = tag.as_str().unwrap();
    assert_eq!(tagged.attach(tag).await.0, StatusCode::NO_CONTENT);
    let host = &tagged.rig.first("HostSystem").value;
    let body = json!({ "object_id": { "id": &**host, "type": "HostSystem" } });
    let path = format!("/api/cis/tagging/tag-association/{tag}?action=attach");
    assert_eq!(tagged.post(&path, body).await.0, StatusCode::BAD_REQUEST);
}
