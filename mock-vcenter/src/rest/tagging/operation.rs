//! What can be asked of tagging, whatever the dialect, and what each needs.

use hyper::Method;

use crate::dispatch::Nature;
use crate::rest::dialect::{Asked, Resource};

/// An operation that is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rest) enum Operation {
    List,
    ListUsed,
    ListTagsForCategory,
    Create,
    Get,
    Update,
    Delete,
    AddToUsedBy,
    RemoveFromUsedBy,
    RevokePermissions,
    Attach,
    Detach,
    AttachToMany,
    DetachFromMany,
    AttachMany,
    DetachMany,
    ListAttachableTags,
    ListAttachedObjects,
    ListAttachedObjectsOnTags,
    ListAttachedTags,
    ListAttachedTagsOnObjects,
}

impl Operation {
    /// Which one is asked for; `None` when it is not modelled.
    pub(in crate::rest) fn of(method: &Method, asked: &Asked) -> Option<Self> {
        let (of_one, action) = (asked.id.is_some(), asked.action.as_deref());
        match asked.resource {
            Resource::Association => {
                let action = action.filter(|_| method == Method::POST)?;
                Self::of_association(of_one, action)
            }
            Resource::Category | Resource::Tag => {
                Self::of_definition(asked.resource, method, of_one, action)
            }
            _ => None,
        }
    }

    fn of_definition(
        resource: Resource,
        method: &Method,
        of_one: bool,
        action: Option<&str>,
    ) -> Option<Self> {
        use Resource::{Category, Tag};
        Some(match (resource, method.as_str(), of_one, action) {
            (_, "GET", false, None) => Self::List,
            (_, "POST", false, None) => Self::Create,
            (_, "GET", true, None) => Self::Get,
            (_, "PATCH", true, None) => Self::Update,
            (_, "DELETE", true, None) => Self::Delete,
            (Category, "POST", false, Some("list-used-categories"))
            | (Tag, "POST", false, Some("list-used-tags")) => Self::ListUsed,
            (Tag, "POST", _, Some("list-tags-for-category")) => Self::ListTagsForCategory,
            (_, "POST", true, Some("add-to-used-by")) => Self::AddToUsedBy,
            (_, "POST", true, Some("remove-from-used-by")) => Self::RemoveFromUsedBy,
            (_, "POST", true, Some("revoke-propagating-permissions")) => Self::RevokePermissions,
            _ => return None,
        })
    }

    fn of_association(of_one: bool, action: &str) -> Option<Self> {
        Some(match (of_one, action) {
            (true, "attach") => Self::Attach,
            (true, "detach") => Self::Detach,
            (true, "attach-tag-to-multiple-objects") => Self::AttachToMany,
            (true, "detach-tag-from-multiple-objects") => Self::DetachFromMany,
            (true, "list-attached-objects") => Self::ListAttachedObjects,
            (false, "attach-multiple-tags-to-object") => Self::AttachMany,
            (false, "detach-multiple-tags-from-object") => Self::DetachMany,
            (false, "list-attachable-tags") => Self::ListAttachableTags,
            (false, "list-attached-objects-on-tags") => Self::ListAttachedObjectsOnTags,
            (false, "list-attached-tags") => Self::ListAttachedTags,
            (false, "list-attached-tags-on-objects") => Self::ListAttachedTagsOnObjects,
            _ => return None,
        })
    }

    pub(in crate::rest) fn nature(self) -> Nature {
        match self {
            Self::List
            | Self::ListUsed
            | Self::ListTagsForCategory
            | Self::Get
            | Self::ListAttachableTags
            | Self::ListAttachedObjects
            | Self::ListAttachedObjectsOnTags
            | Self::ListAttachedTags
            | Self::ListAttachedTagsOnObjects => Nature::Read,
            _ => Nature::Mutating,
        }
    }

    /// What it needs; reading needs a session only.
    pub(in crate::rest) fn privilege(self, resource: Resource) -> Option<&'static str> {
        let of_category = resource == Resource::Category;
        Some(match self {
            Self::Create if of_category => "InventoryService.Tagging.CreateCategory",
            Self::Update if of_category => "InventoryService.Tagging.EditCategory",
            Self::Delete if of_category => "InventoryService.Tagging.DeleteCategory",
            Self::Create => "InventoryService.Tagging.CreateTag",
            Self::Update => "InventoryService.Tagging.EditTag",
            Self::Delete => "InventoryService.Tagging.DeleteTag",
            Self::AddToUsedBy | Self::RemoveFromUsedBy if of_category => {
                "InventoryService.Tagging.ModifyUsedByForCategory"
            }
            Self::AddToUsedBy | Self::RemoveFromUsedBy => {
                "InventoryService.Tagging.ModifyUsedByForTag"
            }
            Self::RevokePermissions => "Authorization.ModifyPermissions",
            Self::Attach
            | Self::Detach
            | Self::AttachToMany
            | Self::DetachFromMany
            | Self::AttachMany
            | Self::DetachMany => "InventoryService.Tagging.AttachTag",
            _ => return None,
        })
    }
}
