//! `vimServiceVersions.xml`: which versions of the API the server speaks.

use crate::product::Product;

/// The document for a product.
pub(super) fn document(product: &Product) -> Vec<u8> {
    let versions = product.versions();
    let mut text = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>",
        "<namespaces version=\"1.0\"><namespace><name>urn:vim25</name>"
    ));
    let element = |version: &vim25::Version| format!("<version>{version}</version>");
    text.extend(versions.first().map(element));
    text.push_str("<priorVersions>");
    text.extend(versions.iter().skip(1).map(element));
    text.push_str("</priorVersions></namespace></namespaces>\n");
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::Role;

    #[test]
    fn the_newest_version_stands_first_and_older_ones_follow() {
        let product = Product::new(Role::Vcenter, "6.5").unwrap();
        let text = String::from_utf8(document(&product)).unwrap();
        assert!(text.contains(
            "<name>urn:vim25</name><version>6.5</version><priorVersions><version>6.0</version>"
        ));
        assert!(
            text.ends_with("<version>4.0</version></priorVersions></namespace></namespaces>\n")
        );
    }
}
