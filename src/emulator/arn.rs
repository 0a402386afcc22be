// SPDX-License-Identifier: Apache-2.0

//! The syntax of Inspector's ARNs. Whether the object exists is not its business.

use super::error::Entity;
use super::ids::is_id;

/// A well-formed ARN of one of Inspector's kinds, as parts of the text that was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arn<'a> {
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) kind: Entity,
    /// The last identifier: the object's own.
    pub(super) id: &'a str,
    /// The identifier of the run, for what lies inside one.
    pub(super) run: Option<&'a str>,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; `None` if it is longer than 300 characters or none of Inspector's.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if text.len() > 300 {
            return None;
        }
        let mut parts = text.splitn(6, ':');
        let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, path) = (parts.next()?, parts.next()?, parts.next()?);
        let well_formed = arn == "arn"
            && (partition == "aws" || partition.starts_with("aws-"))
            && service == "inspector"
            && !region.is_empty()
            && region
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit());
        if !well_formed {
            return None;
        }
        let segments: Vec<&str> = path.split('/').collect();
        let (kind, ids): (Entity, &[&str]) = match segments.as_slice() {
            ["resourcegroup", id] => (Entity::ResourceGroup, &[id]),
            ["rulespackage", id] => (Entity::RulesPackage, &[id]),
            ["target", id] => (Entity::Target, &[id]),
            ["target", a, "template", id] => (Entity::Template, &[a, id]),
            ["target", a, "template", b, "run", id] => (Entity::Run, &[a, b, id]),
            ["target", a, "template", b, "run", c, "finding", id] => {
                (Entity::Finding, &[a, b, c, id])
            }
            ["target", a, "template", b, "run", c, "exclusion", id] => {
                (Entity::Exclusion, &[a, b, c, id])
            }
            _ => return None,
        };
        if !ids.iter().all(|id| is_id(id)) {
            return None;
        }
        Some(Self {
            region,
            account,
            kind,
            id: ids.last()?,
            run: ids.get(2).copied(),
        })
    }

    /// The same, but only for this kind.
    pub(super) fn of_kind(text: &'a str, kind: Entity) -> Option<Self> {
        Self::parse(text).filter(|arn| arn.kind == kind)
    }
}

/// The partition that a Region belongs to.
pub(super) fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else {
        "aws"
    }
}

/// What a run's ARN begins with for a finding or exclusion of it: everything before the last two segments.
pub(super) fn parent(arn: &str) -> &str {
    let mut ends = arn.rmatch_indices('/').map(|(at, _)| at);
    ends.nth(1).map_or("", |end| &arn[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "arn:aws:inspector:us-east-1:123456789012:target/0-8zh1cWkg/template/0-rqtRV0u0/run/0-Ck2F6tY9";

    #[test]
    fn a_run_has_its_parts() {
        let arn = Arn::parse(RUN).unwrap();
        assert_eq!((arn.region, arn.account), ("us-east-1", "123456789012"));
        assert_eq!(
            (arn.kind, arn.id, arn.run),
            (Entity::Run, "0-Ck2F6tY9", Some("0-Ck2F6tY9"))
        );
        assert_eq!(Arn::of_kind(RUN, Entity::Template), None);
        assert!(RUN.starts_with(parent(RUN)) && parent(RUN).ends_with("/template/0-rqtRV0u0"));
    }

    #[test]
    fn what_is_not_inspectors_is_refused() {
        let long = format!("{RUN}{}", "x".repeat(300));
        for text in [
            "",
            "arn",
            "arn:aws:s3:::bucket",
            "arn:aws:inspector:us-east-1:12345:target/0-8zh1cWkg",
            "arn:aws:inspector:us-east-1:123456789012:target/0-8zh1cWk",
            "arn:aws:inspector:us-east-1:123456789012:target/0-8zh1cWkg/",
            "arn:aws:inspector:us-east-1:123456789012:target/0-8zh1cWkg:template:0-8zh1cWkg",
            "arn:gcp:inspector:us-east-1:123456789012:target/0-8zh1cWkg",
            &long,
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
