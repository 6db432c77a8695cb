//! The OVF environment: values of properties as a document that the guest reads.
//!
//! vCenter writes it itself. A bare host does not know properties, so there the document is set as `guestinfo.ovfEnv`
//! before the first start.

use std::fmt::Write;

use quick_xml::escape::escape;

/// What the guest is told about where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform<'a> {
    /// Such as `VMware ESXi`.
    pub kind: &'a str,
    /// Such as `8.0.3`.
    pub version: &'a str,
    /// Such as `VMware, Inc.`.
    pub vendor: &'a str,
    /// Such as `en`.
    pub locale: &'a str,
}

/// A value that XML cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value of the property `{0}` has a control character")]
pub struct UnwritableValue(pub String);

/// The document with the values of these properties. It holds secrets when they do.
///
/// # Errors
/// [`UnwritableValue`].
pub fn environment_document(
    values: &[(&str, &str)],
    platform: &Platform<'_>,
) -> Result<String, UnwritableValue> {
    let mut text = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<Environment xmlns=\"http://schemas.dmtf.org/ovf/environment/1\" ",
        "xmlns:oe=\"http://schemas.dmtf.org/ovf/environment/1\" oe:id=\"\">\n",
        "  <PlatformSection>\n",
    ));
    let facts = [
        ("Kind", platform.kind),
        ("Version", platform.version),
        ("Vendor", platform.vendor),
        ("Locale", platform.locale),
    ];
    for (name, fact) in facts {
        let _ = writeln!(text, "    <{name}>{}</{name}>", escape(fact));
    }
    text.push_str("  </PlatformSection>\n  <PropertySection>\n");
    for (key, value) in values {
        let value = attribute(value).ok_or_else(|| UnwritableValue((*key).to_owned()))?;
        let _ = writeln!(text, "    <Property oe:key=\"{}\" oe:value=\"{value}\"/>", escape(*key));
    }
    text.push_str("  </PropertySection>\n</Environment>\n");
    Ok(text)
}

/// Line ends and tabs would become spaces if they stood as they are.
fn attribute(value: &str) -> Option<String> {
    let is_writable = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let text = escape(value).into_owned();
    let text = text.replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;");
    value.chars().all(is_writable).then_some(text)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const PLATFORM: Platform<'_> =
        Platform { kind: "VMware ESXi", version: "8.0.3", vendor: "VMware, Inc.", locale: "en" };

    #[test]
    fn the_document_holds_every_value_as_it_was_given() {
        let text =
            environment_document(&[("net.ip", "10.0.0.1"), ("motd", "<\"a\"\n&b>")], &PLATFORM);
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:oe="http://schemas.dmtf.org/ovf/environment/1" oe:id="">
              <PlatformSection>
                <Kind>VMware ESXi</Kind>
                <Version>8.0.3</Version>
                <Vendor>VMware, Inc.</Vendor>
                <Locale>en</Locale>
              </PlatformSection>
              <PropertySection>
                <Property oe:key="net.ip" oe:value="10.0.0.1"/>
                <Property oe:key="motd" oe:value="&lt;&quot;a&quot;&#10;&amp;b&gt;"/>
              </PropertySection>
            </Environment>
        "#]]
        .assert_eq(&text.unwrap());
    }

    #[test]
    fn what_xml_cannot_hold_is_an_error_that_does_not_show_it() {
        let error = environment_document(&[("a", "secret\0")], &PLATFORM).unwrap_err();
        assert_eq!(error.to_string(), "the value of the property `a` has a control character");
    }
}
