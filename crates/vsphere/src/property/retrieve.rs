//! Reading once.

use vim25::types::{ManagedObjectNotFound, PropertyFilterSpec, RetrieveOptions};
use vim25::{MoRef, methods};

use super::{ObjectProperties, objects_spec};
use crate::call::CallError;
use crate::delivery::Delivery;
use crate::reader::Reader;

/// Objects per page asked for; a server may send fewer.
const PAGE: i32 = 1000;

impl Reader {
    /// Reads `paths` of one object.
    ///
    /// # Errors
    /// When the call fails; `ManagedObjectNotFound` when the object is gone.
    pub async fn retrieve(
        &self,
        object: &MoRef,
        paths: &[&str],
    ) -> Result<ObjectProperties, CallError> {
        let found = self.retrieve_all(objects_spec(std::slice::from_ref(object), paths)).await?;
        Ok(found.into_iter().next().unwrap_or_else(|| ObjectProperties::new(object.clone())))
    }

    /// Reads `paths` of many objects in one call. Objects that are gone are left out.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_many(
        &self,
        objects: &[MoRef],
        paths: &[&str],
    ) -> Result<Vec<ObjectProperties>, CallError> {
        let mut left = objects.to_vec();
        while !left.is_empty() {
            let error = match self.retrieve_all(objects_spec(&left, paths)).await {
                Ok(found) => return Ok(found),
                Err(error) => error,
            };
            let before = left.len();
            if let Some(gone) = error.fault::<ManagedObjectNotFound>() {
                left.retain(|object| *object != gone.obj);
            }
            if left.len() == before {
                return Err(error);
            }
        }
        Ok(Vec::new())
    }

    /// Reads all that `spec` selects. When a page is lost on the way, all is read once more.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_all(
        &self,
        spec: PropertyFilterSpec,
    ) -> Result<Vec<ObjectProperties>, CallError> {
        let mut found = Vec::new();
        let first = self.visit(spec.clone(), |object| found.push(object)).await;
        match first {
            Err(error) if error.delivery() != Delivery::Answered && !error.is_permanent() => {
                found.clear();
                self.visit(spec, |object| found.push(object)).await?;
            }
            outcome => outcome?,
        }
        Ok(found)
    }

    /// Reads all that `spec` selects and gives each object to `visitor` as its page arrives, so that no
    /// more than a page is held here.
    ///
    /// # Errors
    /// When a call fails. What was visited until then stays visited.
    pub async fn visit(
        &self,
        spec: PropertyFilterSpec,
        mut visitor: impl FnMut(ObjectProperties),
    ) -> Result<(), CallError> {
        let collector = self.content().property_collector.clone();
        let options = RetrieveOptions { max_objects: Some(PAGE), ..Default::default() };
        let first = methods::RetrievePropertiesEx {
            this: collector.clone(),
            spec_set: vec![spec],
            options,
            ..Default::default()
        };
        let Some(mut page) = self.invoke(&first).await? else { return Ok(()) };
        loop {
            for object in page.objects.drain(..) {
                visitor(object.into());
            }
            let Some(token) = page.token.take() else { return Ok(()) };
            let next = methods::ContinueRetrievePropertiesEx {
                this: collector.clone(),
                token,
                ..Default::default()
            };
            *page = self.invoke(&next).await?;
        }
    }
}
