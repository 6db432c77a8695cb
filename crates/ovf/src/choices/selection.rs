//! Networks and the deployment option that somebody chose, held against what the package offers.

use std::collections::HashSet;

use crate::descriptor::{DeploymentOption, Descriptor};

/// What is wrong with a mapping of networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkProblem {
    /// The package has no such network.
    #[error("the package has no network `{0}`")]
    Unknown(String),
    /// Nobody said which network of the host it is, and the host would choose one.
    #[error("the package's network `{0}` is not mapped")]
    Unmapped(String),
}

/// A deployment option that the package does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the package has no deployment option `{0}`")]
pub struct UnknownOption(pub String);

impl Descriptor {
    /// What is wrong when these networks of the package are mapped to networks of the host.
    pub fn check_networks<'a>(
        &self,
        mapped: impl IntoIterator<Item = &'a str>,
    ) -> Vec<NetworkProblem> {
        let mapped: Vec<&str> = mapped.into_iter().collect();
        let offered: HashSet<&str> = self.networks.iter().map(|one| one.name.as_str()).collect();
        let unknown = mapped.iter().filter(|name| !offered.contains(**name));
        let unmapped = self.networks.iter().filter(|one| !mapped.contains(&one.name.as_str()));
        unknown
            .map(|name| NetworkProblem::Unknown((*name).to_owned()))
            .chain(unmapped.map(|network| NetworkProblem::Unmapped(network.name.clone())))
            .collect()
    }

    /// The deployment option that holds when `id` is declared: that one, or the default. Nothing when the package has
    /// none.
    ///
    /// # Errors
    /// [`UnknownOption`].
    pub fn option(&self, id: Option<&str>) -> Result<Option<&DeploymentOption>, UnknownOption> {
        let Some(id) = id else { return Ok(self.default_option()) };
        let found = self.deployment_options.iter().find(|option| option.id == id);
        found.map(Some).ok_or_else(|| UnknownOption(id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_options_must_be_those_of_the_package() {
        let text = "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'><NetworkSection>\
                    <Network name='a'/><Network name='b'/></NetworkSection><DeploymentOptionSection>\
                    <Configuration id='s'/><Configuration id='l' default='true'/>\
                    </DeploymentOptionSection><VirtualSystem id='v'/></Envelope>";
        let descriptor = Descriptor::read(text.as_bytes()).unwrap();
        assert_eq!(descriptor.check_networks(["a", "b"]), []);
        let wrong = [NetworkProblem::Unknown("c".into()), NetworkProblem::Unmapped("b".into())];
        assert_eq!(descriptor.check_networks(["c", "a"]), wrong);
        let id = |declared| descriptor.option(declared).map(|one| one.unwrap().id.as_str());
        assert_eq!((id(None), id(Some("s"))), (Ok("l"), Ok("s")));
        assert_eq!(id(Some("x")), Err(UnknownOption("x".into())));
    }
}
