//! A server that lacks a method which is of use but not needed.

use vim25::DataObject;
use vim25::types as t;
use vsphere::objects::ClusterComputeResource;

use crate::fake::{Fake, fault, moref};

#[tokio::test(start_paused = true)]
async fn a_server_without_evc_has_no_evc_manager_and_a_refusal_stays_a_refusal() {
    let answers: [(Box<dyn DataObject>, bool); 4] = [
        (Box::new(t::MethodNotFound::default()), true),
        (Box::new(t::NotImplemented::default()), true),
        (Box::new(t::NotSupported::default()), true),
        (Box::new(t::NoPermission::default()), false),
    ];
    for (answer, is_unserved) in answers {
        let name = answer.type_name().to_owned();
        let said = answer;
        let fake = Fake::scripted(move |call| {
            (call.method.name == "EvcManager").then(|| fault(said.as_ref()))
        });
        let client = fake.connect().await.unwrap();
        let cluster = ClusterComputeResource::new(moref("ClusterComputeResource", "domain-c1"));
        match cluster.retrieve_evc_manager(&client.reader()).await {
            Ok(manager) => assert!(manager.is_none() && is_unserved, "{name}"),
            Err(error) => assert!(!is_unserved, "{name}: {error}"),
        }
        assert_eq!(fake.count("EvcManager"), 1, "{name}: asked once");
    }
}
