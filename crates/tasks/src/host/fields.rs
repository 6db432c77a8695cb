//! The table of `host`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::spec::is_thumbprint;

const FIELDS: &[Field] = &[
    Field::required(
        "hostname",
        Kind::Text,
        "DNS name or IP address by which vCenter reaches the host. Keep to one of them: the name is what \
         the host is called in vCenter.",
    ),
    Field::optional("cluster", Kind::Text, "Cluster it joins. Left out, it stands alone."),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Datacenter it is in. May be left out when there is only one.",
    ),
    Field::with_default("username", Kind::Text, "root", "Administrator of the host."),
    Field::required("password", Kind::Secret, "Where that user's password is."),
    Field::optional(
        "port",
        Kind::Integer { min: 1, max: 65535 },
        "Port of the host's API; 443 by default.",
    ),
    Field::optional(
        "thumbprint",
        Kind::Text,
        "SHA-1 thumbprint that the host's certificate must have, as the host's console shows it: 20 pairs \
         of hexadecimal digits with colons.",
    ),
    Field::optional(
        "certificate",
        Kind::Text,
        "The host's certificate itself (PEM), for vCenter 9, which no longer takes thumbprints.",
    ),
    Field::with_default(
        "trust",
        Kind::Choice(&["declared", "on_first_use"]),
        "declared",
        "`declared` accepts a certificate that vCenter trusts anyway or that is declared here. \
         `on_first_use` accepts what the host shows now, and the plan displays it.",
    ),
    Field::optional(
        "after",
        Kind::Text,
        "The task that installs the host or makes it answer. While it does not answer, or takes another password, a \
         plan says that this one comes after it.",
    ),
    Field::optional("license", Kind::Text, "Licence key to assign to the host."),
    Field::optional(
        "lockdown",
        Kind::Choice(&["disabled", "normal", "strict"]),
        "Lockdown mode. Do all work directly on the host first. Left out, it stays as it is.",
    ),
    Field::with_default(
        "force",
        Kind::Boolean,
        "false",
        "Take the host even if another vCenter manages it; that one then loses it.",
    ),
    Field::with_default(
        "within",
        Kind::Duration,
        "30m",
        "How long adding it, and then its HA agent, may each take.",
    ),
];

/// What `host` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: esx1\n    host:\n      hostname: esx1.lab.local\n      cluster: FT-Cluster\n      \
              password: { env: LOCKSTEP_ESX_PASSWORD }\n      trust: on_first_use\n",
    privileges: &[
        Privilege { id: "Host.Inventory.AddHostToCluster", on: "the cluster" },
        Privilege {
            id: "Host.Inventory.AddStandaloneHost",
            on: "the host folder, without `cluster`",
        },
        Privilege { id: "Resource.AssignVMToPool", on: "the cluster's root resource pool" },
        Privilege { id: "Host.Config.Connection", on: "the host, to reconnect it" },
        Privilege { id: "Host.Config.Settings", on: "the host, for `lockdown`" },
        Privilege { id: "Global.Licenses", on: "vCenter, for `license`" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "FindByDnsName",
        "FindByIp",
        "QueryConnectionInfoViaSpec",
        "CheckAddHostEvc_Task",
        "AddHost_Task",
        "AddStandaloneHost_Task",
        "ReconnectHost_Task",
        "ReconfigureHostForDAS_Task",
        "ChangeLockdownMode",
        "QueryAssignedLicenses",
        "UpdateAssignedLicense",
    ],
    manual_steps: "7: add host, name and credentials, certificate, information, licence, lockdown, finish",
    rule: Some(rule),
    ..Capability::new("host", "A host is in its cluster or datacenter, connected and well.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if let Some(text) = args.opt_text("thumbprint").filter(|text| !is_thumbprint(text)) {
        let what = match text.len() {
            64 | 95 => "this looks like a SHA-256 fingerprint; vCenter compares SHA-1".to_owned(),
            _ => "this is no SHA-1 thumbprint".to_owned(),
        };
        let hint = "write 20 pairs of hexadecimal digits: `AB:CD:…`";
        mistakes.push(Mistake::new("thumbprint", what, hint));
    }
    let declared = ["thumbprint", "certificate"].map(|field| args.given(field));
    if declared == [true, true] {
        let what = "a host is recognised by its thumbprint or its certificate, not both";
        mistakes.push(Mistake::new("certificate", what, "remove one of them"));
    }
    if declared.contains(&true) && args.text("trust") == "on_first_use" {
        let what = "what is declared is trusted; nothing is left to trust on first use";
        mistakes.push(Mistake::new(
            "trust",
            what,
            "remove `trust`, or the thumbprint or certificate",
        ));
    }
    mistakes
}
