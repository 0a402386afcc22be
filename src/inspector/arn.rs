// SPDX-License-Identifier: Apache-2.0

//! The ARNs of Inspector Classic: seven kinds, taken apart and put together.
//!
//! Account numbers and identifiers are not judged beyond being there: servers that speak the API make their own, and a rules
//! package may belong to any account. What a caller may do with an ARN is not known here.

use std::fmt;
use std::str::FromStr;

/// An ARN of Inspector Classic, `arn:aws:inspector:us-west-2:123456789012:target/0-abc/template/0-def`.
///
/// Every part between the colons is non-empty and without a slash, and so is every identifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn {
    /// `aws`, `aws-us-gov` or whatever the server uses.
    pub partition: String,
    /// The Region that answers for the resource.
    pub region: String,
    /// The account that owns it.
    pub account: String,
    /// What it is, with the identifiers along its path.
    pub resource: Resource,
}

/// The resource part of an [`Arn`]: its kind and its identifiers, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// `resourcegroup/<id>`
    ResourceGroup {
        /// The resource group.
        id: String,
    },
    /// `target/<id>`
    Target {
        /// The assessment target.
        id: String,
    },
    /// `target/<id>/template/<id>`
    Template {
        /// The assessment target.
        target: String,
        /// The assessment template.
        id: String,
    },
    /// `target/<id>/template/<id>/run/<id>`
    Run {
        /// The assessment target.
        target: String,
        /// The assessment template.
        template: String,
        /// The assessment run.
        id: String,
    },
    /// `target/<id>/template/<id>/run/<id>/finding/<id>`
    Finding {
        /// The assessment target.
        target: String,
        /// The assessment template.
        template: String,
        /// The assessment run.
        run: String,
        /// The finding.
        id: String,
    },
    /// `target/<id>/template/<id>/run/<id>/exclusion/<id>`
    Exclusion {
        /// The assessment target.
        target: String,
        /// The assessment template.
        template: String,
        /// The assessment run.
        run: String,
        /// The exclusion.
        id: String,
    },
    /// `rulespackage/<id>`
    RulesPackage {
        /// The rules package.
        id: String,
    },
}

/// The seven kinds, without identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A resource group.
    ResourceGroup,
    /// An assessment target.
    Target,
    /// An assessment template.
    Template,
    /// An assessment run.
    Run,
    /// A finding.
    Finding,
    /// An exclusion.
    Exclusion,
    /// A rules package.
    RulesPackage,
}

impl Kind {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::ResourceGroup,
        Self::Target,
        Self::Template,
        Self::Run,
        Self::Finding,
        Self::Exclusion,
        Self::RulesPackage,
    ];

    /// The noun with its article, for a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::ResourceGroup => "a resource group",
            Self::Target => "an assessment target",
            Self::Template => "an assessment template",
            Self::Run => "an assessment run",
            Self::Finding => "a finding",
            Self::Exclusion => "an exclusion",
            Self::RulesPackage => "a rules package",
        }
    }

    /// The form of the resource part, for an error text.
    pub fn form(self) -> &'static str {
        match self {
            Self::ResourceGroup => "resourcegroup/<id>",
            Self::Target => "target/<id>",
            Self::Template => "target/<id>/template/<id>",
            Self::Run => "target/<id>/template/<id>/run/<id>",
            Self::Finding => "target/<id>/template/<id>/run/<id>/finding/<id>",
            Self::Exclusion => "target/<id>/template/<id>/run/<id>/exclusion/<id>",
            Self::RulesPackage => "rulespackage/<id>",
        }
    }
}

/// Why a string is not an ARN of Inspector Classic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// Not six parts, or one of them is empty.
    #[error(
        "it is not of the form arn:<partition>:inspector:<region>:<account>:<resource>, each part given"
    )]
    Form,
    /// Another service's ARN.
    #[error("it belongs to the service {0:?}, not to inspector")]
    Service(String),
    /// None of the seven resource paths.
    #[error(
        "its resource part {0:?} is none of Inspector's (resourcegroup, target, template, run, finding, exclusion, rulespackage)"
    )]
    Resource(String),
    /// One of the seven, but not the one that was asked for.
    #[error("it names {}, where {} is wanted (…:{})", found.noun(), wanted.noun(), wanted.form())]
    Kind {
        /// What it names.
        found: Kind,
        /// What it should name.
        wanted: Kind,
    },
}

impl Arn {
    /// Takes a string apart.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().ok_or(ArnError::Form);
        let (scheme, partition, service, region, account, resource) =
            (next()?, next()?, next()?, next()?, next()?, next()?);
        if scheme != "arn" || !is_name(partition) || !is_name(region) || !is_name(account) {
            return Err(ArnError::Form);
        }
        if service != "inspector" {
            return Err(ArnError::Service(service.to_owned()));
        }
        Ok(Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: Resource::parse(resource)?,
        })
    }

    /// Takes a string apart that must name a resource of one kind.
    pub fn parse_kind(text: &str, wanted: Kind) -> Result<Self, ArnError> {
        let arn = Self::parse(text)?;
        let found = arn.kind();
        if found == wanted {
            Ok(arn)
        } else {
            Err(ArnError::Kind { found, wanted })
        }
    }

    /// Which of the seven kinds this is.
    pub fn kind(&self) -> Kind {
        self.resource.kind()
    }

    /// The identifier of the resource itself: the last of its path.
    pub fn id(&self) -> &str {
        match &self.resource {
            Resource::ResourceGroup { id }
            | Resource::Target { id }
            | Resource::Template { id, .. }
            | Resource::Run { id, .. }
            | Resource::Finding { id, .. }
            | Resource::Exclusion { id, .. }
            | Resource::RulesPackage { id } => id,
        }
    }

    /// The assessment target that this is or lies under.
    pub fn target(&self) -> Option<Self> {
        let id = self.resource.path().first()?.to_string();
        self.beside(Resource::Target { id })
    }

    /// The assessment template that this is or lies under.
    pub fn template(&self) -> Option<Self> {
        let [target, id] = self.resource.path().get(..2)?.try_into().ok()?;
        let (target, id) = (str::to_owned(target), str::to_owned(id));
        self.beside(Resource::Template { target, id })
    }

    /// The assessment run that this is or lies under.
    pub fn run(&self) -> Option<Self> {
        let [target, template, id] = self.resource.path().get(..3)?.try_into().ok()?;
        let (target, template, id) = (
            str::to_owned(target),
            str::to_owned(template),
            str::to_owned(id),
        );
        self.beside(Resource::Run {
            target,
            template,
            id,
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "its callers end in an Option")]
    fn beside(&self, resource: Resource) -> Option<Self> {
        Some(Self {
            resource,
            ..self.clone()
        })
    }
}

impl Resource {
    fn parse(text: &str) -> Result<Self, ArnError> {
        let parts: Vec<&str> = text.split('/').collect();
        let unknown = || ArnError::Resource(text.to_owned());
        if !parts.iter().copied().all(is_name) {
            return Err(unknown());
        }
        let own = |text: &&str| (*text).to_owned();
        Ok(match parts.as_slice() {
            ["resourcegroup", id] => Self::ResourceGroup { id: own(id) },
            ["rulespackage", id] => Self::RulesPackage { id: own(id) },
            ["target", id] => Self::Target { id: own(id) },
            ["target", target, "template", id] => Self::Template {
                target: own(target),
                id: own(id),
            },
            ["target", target, "template", template, "run", id] => Self::Run {
                target: own(target),
                template: own(template),
                id: own(id),
            },
            [
                "target",
                target,
                "template",
                template,
                "run",
                run,
                "finding",
                id,
            ] => Self::Finding {
                target: own(target),
                template: own(template),
                run: own(run),
                id: own(id),
            },
            [
                "target",
                target,
                "template",
                template,
                "run",
                run,
                "exclusion",
                id,
            ] => Self::Exclusion {
                target: own(target),
                template: own(template),
                run: own(run),
                id: own(id),
            },
            _ => return Err(unknown()),
        })
    }

    fn kind(&self) -> Kind {
        match self {
            Self::ResourceGroup { .. } => Kind::ResourceGroup,
            Self::Target { .. } => Kind::Target,
            Self::Template { .. } => Kind::Template,
            Self::Run { .. } => Kind::Run,
            Self::Finding { .. } => Kind::Finding,
            Self::Exclusion { .. } => Kind::Exclusion,
            Self::RulesPackage { .. } => Kind::RulesPackage,
        }
    }

    /// The identifiers from the assessment target down; empty for what lies under none.
    fn path(&self) -> Vec<&str> {
        match self {
            Self::ResourceGroup { .. } | Self::RulesPackage { .. } => Vec::new(),
            Self::Target { id } => vec![id],
            Self::Template { target, id } => vec![target, id],
            Self::Run {
                target,
                template,
                id,
            } => vec![target, template, id],
            Self::Finding {
                target,
                template,
                run,
                id,
            }
            | Self::Exclusion {
                target,
                template,
                run,
                id,
            } => vec![target, template, run, id],
        }
    }
}

/// Whether a part may stand in an ARN: something, and no separator, space or control character in it.
fn is_name(part: &str) -> bool {
    !part.is_empty()
        && !part
            .chars()
            .any(|c| c == '/' || c == ':' || c.is_whitespace() || c.is_control())
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:inspector:{region}:{account}:{resource}")
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceGroup { id } => write!(f, "resourcegroup/{id}"),
            Self::RulesPackage { id } => write!(f, "rulespackage/{id}"),
            Self::Target { id } => write!(f, "target/{id}"),
            Self::Template { target, id } => write!(f, "target/{target}/template/{id}"),
            Self::Run {
                target,
                template,
                id,
            } => write!(f, "target/{target}/template/{template}/run/{id}"),
            Self::Finding {
                target,
                template,
                run,
                id,
            } => write!(
                f,
                "target/{target}/template/{template}/run/{run}/finding/{id}"
            ),
            Self::Exclusion {
                target,
                template,
                run,
                id,
            } => write!(
                f,
                "target/{target}/template/{template}/run/{run}/exclusion/{id}"
            ),
        }
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "arn:aws:inspector:us-west-2:123456789012:target/0-a/template/0-b/run/0-c";

    #[test]
    fn every_kind_comes_back_as_it_was() {
        for kind in Kind::ALL {
            let text = format!(
                "arn:aws-us-gov:inspector:us-gov-west-1:x:{}",
                kind.form().replace("<id>", "0-Ab_9")
            );
            let arn = Arn::parse(&text).unwrap();
            assert_eq!(arn.kind(), kind);
            assert_eq!(arn.id(), "0-Ab_9");
            assert_eq!(arn.to_string(), text);
            assert_eq!(Arn::parse_kind(&text, kind), Ok(arn));
        }
    }

    #[test]
    fn a_run_knows_what_it_lies_under() {
        let run = Arn::parse(RUN).unwrap();
        assert_eq!(run.run().unwrap().to_string(), RUN);
        assert_eq!(
            run.template().unwrap().to_string(),
            RUN.strip_suffix("/run/0-c").unwrap()
        );
        assert_eq!(
            run.target().unwrap().to_string(),
            RUN.strip_suffix("/template/0-b/run/0-c").unwrap()
        );
        assert_eq!(run.template().unwrap().run(), None);
        let package = Arn::parse("arn:aws:inspector:us-west-2:1:rulespackage/0-x").unwrap();
        assert_eq!(package.target(), None);
    }

    #[test]
    fn what_is_not_one_is_refused_with_the_reason() {
        for text in [
            "",
            "arn",
            "arn:aws:inspector:us-west-2:1",
            "urn:aws:inspector:us-west-2:1:target/0-a",
            "arn::inspector:us-west-2:1:target/0-a",
            "arn:aws:inspector::1:target/0-a",
            "arn:aws:inspector:us-west-2::target/0-a",
            "arn:aws:inspector:us west:1:target/0-a",
        ] {
            assert_eq!(Arn::parse(text), Err(ArnError::Form), "{text}");
        }
        assert_eq!(
            Arn::parse("arn:aws:sns:us-west-2:1:topic"),
            Err(ArnError::Service("sns".to_owned()))
        );
        for path in [
            "target",
            "target/",
            "target/a/",
            "target//template/b",
            "target/a/run/b",
            "target/a/template/b/run/c/finding/d/e",
            "target/a:b",
            "Target/a",
            "role/x",
        ] {
            let text = format!("arn:aws:inspector:us-west-2:1:{path}");
            assert_eq!(
                Arn::parse(&text),
                Err(ArnError::Resource(path.to_owned())),
                "{path}"
            );
        }
        assert_eq!(
            Arn::parse_kind(RUN, Kind::Template)
                .unwrap_err()
                .to_string(),
            "it names an assessment run, where an assessment template is wanted (…:target/<id>/template/<id>)"
        );
    }
}
