//! What a version does not know is neither sent nor expected.

use vim25::descriptor::Kind;
use vim25::soap::{decode_request, encode_request, encode_response};
use vim25::types::{HostConnectSpec, VirtualMachineConnection};
use vim25::{DataObject, MoRef, Value, Version, methods, mo, registry};

fn version(id: &str) -> Version {
    Version::parse(id).expect("a known version")
}

#[test]
fn members_newer_than_the_version_are_not_sent() {
    let call = methods::AddHostTask {
        this: MoRef::new("ClusterComputeResource", "domain-c1"),
        spec: HostConnectSpec {
            host_name: Some("esx1".into()),
            ssl_certificate: Some("pem".into()),
            lockdown_mode: Some(vim25::enums::HostLockdownMode::LockdownDisabled),
            ..Default::default()
        },
        as_connected: true,
        ..Default::default()
    };
    let sent =
        |id| String::from_utf8(encode_request(&call, version(id), Some("op-1"))).expect("UTF-8");
    let (old, new) = (sent("5.5"), sent("9.0.0.0"));
    assert!(!old.contains("sslCertificate") && !old.contains("lockdownMode"), "{old}");
    assert!(new.contains("sslCertificate") && new.contains("lockdownMode"), "{new}");
    let read = decode_request(new.as_bytes(), &Default::default()).expect("a request");
    assert_eq!(read.header.operation_id.as_deref(), Some("op-1"));
    let original: &dyn DataObject = &call;
    assert_eq!(&*read.body, original);
}

#[test]
fn types_newer_than_the_version_are_sent_as_the_base_it_knows() {
    let value = Value::object(VirtualMachineConnection::default());
    let written = |id| {
        let xml = encode_response::<methods::Fetch>(&Some(value.clone()), version(id));
        String::from_utf8(xml).expect("UTF-8")
    };
    assert!(written("5.5").contains("xsi:type=\"DynamicData\""));
    assert!(written("9.0.0.0").contains("xsi:type=\"VirtualMachineConnection\""));
}

#[test]
fn the_schema_is_whole_and_consistent() {
    assert!(registry::types().len() > 3_100 && registry::methods().len() > 950);
    for desc in registry::types() {
        let made = (desc.new)();
        assert!(std::ptr::eq(made.type_desc(), *desc), "{}", desc.name);
        assert_eq!(registry::find_type(desc.name).map(|d| d.name), Some(desc.name));
        for index in 0..desc.len() {
            let field = desc.field(index);
            assert_eq!(desc.find(field.name, 0), Some(index), "{}.{}", desc.name, field.name);
            let count = usize::from(field.is_required());
            assert_eq!(made.field(index).count(), count, "{}.{}", desc.name, field.name);
            if field.kind == Kind::Object {
                assert!(registry::find_type(field.type_name).is_some(), "{}", field.type_name);
            }
        }
    }
    for method in registry::methods() {
        assert!(
            mo::find(method.managed).is_some_and(|m| m.method(method.name).is_some()),
            "{method:?}"
        );
    }
    assert!(mo::is_a("ClusterComputeResource", "ManagedEntity"));
    assert!(mo::find("VirtualMachine").is_some_and(|m| m.property("runtime").is_some()));
}
