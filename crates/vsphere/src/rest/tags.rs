//! Finds tags by name and what they are attached to.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use vim25::MoRef;

use super::error::{RestError, RestProblem};
use super::question::Question;
use crate::inventory::{FindError, nearest};
use crate::reader::Reader;

/// Categories, or tags of one category, that are taken from a server.
const MOST: usize = 10_000;

/// The name of a tag with its category: `Category/Name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagName {
    /// The category.
    pub category: String,
    /// The tag.
    pub name: String,
}

/// A text that does not name a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a tag with its category, such as `Tier/Gold`")]
pub struct TagNameError(String);

impl FromStr for TagName {
    type Err = TagNameError;

    /// A category may not hold a slash, a tag may.
    fn from_str(text: &str) -> Result<Self, TagNameError> {
        let (category, name) = text.split_once('/').unwrap_or_default();
        if category.is_empty() || name.is_empty() {
            return Err(TagNameError(text.to_owned()));
        }
        Ok(Self { category: category.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for TagName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.category, self.name)
    }
}

/// A category or a tag.
#[derive(Deserialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Attached {
    tag_id: String,
    object_ids: Option<Vec<ObjectId>>,
}

#[derive(Deserialize)]
struct ObjectId {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Reader {
    /// The objects that have all these tags. One call lists them, however many there are; finding the tags takes a
    /// call for each category, and for each tag of those that are named. The inner error tells of a tag that does
    /// not exist.
    ///
    /// # Errors
    /// When the server has no tags, refuses the login, or does not answer.
    pub async fn tagged(
        &self,
        wanted: &[TagName],
    ) -> Result<Result<HashSet<MoRef>, FindError>, RestError> {
        let tags = match self.tag_ids(wanted).await? {
            Ok(tags) => tags,
            Err(unknown) => return Ok(Err(unknown)),
        };
        let question = Question::ObjectsOn(&tags);
        let attached: Vec<Attached> = self.session().rest.ask(self.session(), question).await?;
        let mut by_tag: BTreeMap<&str, HashSet<MoRef>> = BTreeMap::new();
        for one in &attached {
            let objects = one.object_ids.iter().flatten();
            let objects =
                objects.map(|object| MoRef::new(object.kind.as_str(), object.id.as_str()));
            by_tag.entry(&one.tag_id).or_default().extend(objects);
        }
        let sets = tags.iter().map(|tag| by_tag.get(tag.as_str()).cloned().unwrap_or_default());
        let all = sets.reduce(|mut all, one| {
            all.retain(|object| one.contains(object));
            all
        });
        Ok(Ok(all.unwrap_or_default()))
    }

    /// The ids of tags, each once.
    async fn tag_ids(
        &self,
        wanted: &[TagName],
    ) -> Result<Result<Vec<String>, FindError>, RestError> {
        let mut by_category: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        for tag in wanted {
            by_category.entry(&tag.category).or_default().insert(&tag.name);
        }
        let categories = self.ids(Question::Categories).await?;
        let names = by_category.keys().copied().collect();
        let categories = match self.named(&categories, names, Question::Category).await? {
            Ok(found) => found,
            Err((missing, near)) => return Ok(Err(no_tag(wanted, &missing, None, near))),
        };
        let mut tags = Vec::new();
        for (category, names) in by_category {
            let listed = self.ids(Question::TagsOf(&categories[category])).await?;
            match self.named(&listed, names, Question::Tag).await? {
                Ok(found) => tags.extend(found.into_values()),
                Err((missing, near)) => {
                    return Ok(Err(no_tag(wanted, category, Some(&missing), near)));
                }
            }
        }
        Ok(Ok(tags))
    }

    async fn ids(&self, question: Question<'_>) -> Result<Vec<String>, RestError> {
        let ids: Vec<String> = self.session().rest.ask(self.session(), question).await?;
        match ids.len() {
            found if found > MOST => {
                let problem = RestProblem::TooMany { found, limit: MOST };
                Err(RestError::new(question.in_words(), problem))
            }
            _ => Ok(ids),
        }
    }

    /// Ids by name for all of `names`; or one that is missing, with the names there are. Stops when all are found.
    async fn named<'i>(
        &self,
        ids: &'i [String],
        mut names: HashSet<&str>,
        question: impl Fn(&'i str) -> Question<'i>,
    ) -> Result<Result<BTreeMap<String, String>, (String, Vec<String>)>, RestError> {
        let mut found = BTreeMap::new();
        let mut others = Vec::new();
        for id in ids {
            if names.is_empty() {
                break;
            }
            let one: Named = self.session().rest.ask(self.session(), question(id)).await?;
            if names.remove(one.name.as_str()) {
                found.insert(one.name, one.id);
            } else {
                others.push(one.name);
            }
        }
        Ok(match names.iter().min() {
            None => Ok(found),
            Some(missing) => Err(((*missing).to_owned(), others)),
        })
    }
}

/// The tag that a missing category or name belongs to, with names that look alike.
fn no_tag(wanted: &[TagName], category: &str, name: Option<&str>, names: Vec<String>) -> FindError {
    let is_it =
        |tag: &&TagName| tag.category == category && name.is_none_or(|name| tag.name == name);
    let tag = wanted.iter().find(is_it);
    let near = nearest(name.unwrap_or(category), names);
    let full = |one: &String| match name {
        Some(_) => format!("{category}/{one}"),
        None => format!("{one}/..."),
    };
    FindError::NoTag {
        wanted: tag.map(ToString::to_string).unwrap_or_default(),
        candidates: near.iter().map(full).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_named_with_its_category() {
        let tag: TagName = "Tier/Gold/old".parse().unwrap();
        assert_eq!((tag.category.as_str(), tag.name.as_str()), ("Tier", "Gold/old"));
        assert_eq!(tag.to_string(), "Tier/Gold/old");
        for text in ["Gold", "/Gold", "Tier/", ""] {
            assert!(text.parse::<TagName>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_tag_is_told_with_those_that_look_alike() {
        let wanted = [TagName { category: "Tier".to_owned(), name: "Glod".to_owned() }];
        let near = ["Silver", "Gold"].map(str::to_owned).to_vec();
        let error = no_tag(&wanted, "Tier", Some("Glod"), near);
        assert_eq!(
            error.to_string(),
            "no tag `Tier/Glod`: did you mean `Tier/Gold`, `Tier/Silver`?"
        );
        let error = no_tag(&wanted, "Tier", None, vec!["Level".to_owned()]);
        assert_eq!(error.to_string(), "no tag `Tier/Glod`: did you mean `Level/...`?");
    }
}
