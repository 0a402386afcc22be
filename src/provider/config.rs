// SPDX-License-Identifier: Apache-2.0

//! The provider block: its attributes, and how they become the service side's settings.
//!
//! Names and meaning follow the provider of hashicorp/aws, so that a block moves over by changing its name.

use std::collections::BTreeMap;

use crate::{
    cty,
    inspector::settings::{AssumeRole, Problem, Secret, Settings, WebIdentity},
    schema::{DurationText, Model, Set, StringMap, Value, Visitor},
};

/// The provider block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    region: Value<String>,
    profile: Value<String>,
    access_key: Value<String>,
    secret_key: Value<String>,
    token: Value<String>,
    shared_config_files: Value<Vec<Value<String>>>,
    shared_credentials_files: Value<Vec<Value<String>>>,
    custom_ca_bundle: Value<String>,
    http_proxy: Value<String>,
    https_proxy: Value<String>,
    no_proxy: Value<String>,
    insecure: Value<bool>,
    max_retries: Value<i64>,
    skip_region_validation: Value<bool>,
    skip_metadata_api_check: Value<bool>,
    user_agent: Value<Vec<Value<String>>>,
    endpoints: Value<Endpoints>,
    assume_role: Value<AssumeRoleBlock>,
    assume_role_with_web_identity: Value<WebIdentityBlock>,
}

impl Model for Config {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            profile,
            access_key,
            secret_key,
            token,
            shared_config_files,
            shared_credentials_files,
            custom_ca_bundle,
            http_proxy,
            https_proxy,
            no_proxy,
            insecure,
            max_retries,
            skip_region_validation,
            skip_metadata_api_check,
            user_agent,
            endpoints,
            assume_role,
            assume_role_with_web_identity,
        } = self;
        v.attr("region", region, |a| {
            a.optional().doc(
                "Region of whatever names none itself, by an ARN or a `region` argument. Else AWS_REGION, AWS_DEFAULT_REGION, or the profile's \
                 `region`.",
            )
        });
        v.attr("profile", profile, |a| {
            a.optional().doc(
                "Profile of the shared files. Else AWS_PROFILE, AWS_DEFAULT_PROFILE, or `default`.",
            )
        });
        v.attr("access_key", access_key, |a| {
            a.optional()
                .sensitive()
                .doc("Access key ID; together with `secret_key`. Else AWS_ACCESS_KEY_ID.")
        });
        v.attr("secret_key", secret_key, |a| {
            a.optional()
                .sensitive()
                .doc("Secret access key. Else AWS_SECRET_ACCESS_KEY.")
        });
        v.attr("token", token, |a| {
            a.optional()
                .sensitive()
                .doc("Session token. Else AWS_SESSION_TOKEN.")
        });
        v.attr("shared_config_files", shared_config_files, |a| {
            a.optional().doc("Shared configuration files; `~` is the home folder. Else AWS_CONFIG_FILE, or `~/.aws/config`.")
        });
        v.attr("shared_credentials_files", shared_credentials_files, |a| {
            a.optional().doc(
                "Shared credentials files; `~` is the home folder. Else AWS_SHARED_CREDENTIALS_FILE, or `~/.aws/credentials`.",
            )
        });
        v.attr("custom_ca_bundle", custom_ca_bundle, |a| {
            a.optional().doc(
                "PEM file of certificate authorities to trust beside the system's. Else AWS_CA_BUNDLE, or the profile's `ca_bundle`.",
            )
        });
        v.attr("http_proxy", http_proxy, |a| {
            a.optional().doc(
                "URL of the proxy for `http://` endpoints, and for `https://` ones if nothing names another. Else HTTP_PROXY. Empty means none.",
            )
        });
        v.attr("https_proxy", https_proxy, |a| {
            a.optional().doc(
                "URL of the proxy for `https://` endpoints. Else HTTPS_PROXY. Empty means none.",
            )
        });
        v.attr("no_proxy", no_proxy, |a| {
            a.optional().doc("Hosts, domains and networks to reach without a proxy, separated by commas. Else NO_PROXY.")
        });
        v.attr("insecure", insecure, |a| {
            a.optional().doc("Whether to accept every certificate. Whoever sits on the way can then read and change every call.")
        });
        v.attr("max_retries", max_retries, |a| {
            a.optional().range(0..=1000).doc(
                "How often a throttled or failed call is repeated. Else AWS_MAX_ATTEMPTS less one, or 8. A start is never repeated before the \
                 run was looked for.",
            )
        });
        v.attr("skip_region_validation", skip_region_validation, |a| {
            a.optional()
                .doc("Whether to accept Regions in which the service never ran, without a warning.")
        });
        v.attr("skip_metadata_api_check", skip_metadata_api_check, |a| {
            a.optional().doc("Whether to leave the EC2 instance metadata service alone. Else AWS_EC2_METADATA_DISABLED.")
        });
        v.attr("user_agent", user_agent, |a| {
            a.optional()
                .doc("Products to add to the user agent, such as `pipeline/1.2 (nightly)`.")
        });
        v.single_block(
            "endpoints",
            endpoints,
            "URLs of services other than AWS's own.",
        );
        v.single_block(
            "assume_role",
            assume_role,
            "A role to take with the credentials that were found.",
        );
        v.single_block(
            "assume_role_with_web_identity",
            assume_role_with_web_identity,
            "A role to take with a token file, in place of credentials from outside the block.",
        );
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Endpoints {
    inspector: Value<String>,
    sts: Value<String>,
}

impl Model for Endpoints {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { inspector, sts } = self;
        v.attr("inspector", inspector, |a| {
            a.optional().doc(
                "URL of a server that speaks the Inspector Classic API. Else AWS_ENDPOINT_URL_INSPECTOR, AWS_ENDPOINT_URL, or the profile's.",
            )
        });
        v.attr("sts", sts, |a| {
            a.optional().doc("URL of the Security Token Service. Else AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, or the profile's.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct AssumeRoleBlock {
    role_arn: Value<String>,
    duration: Value<DurationText>,
    external_id: Value<String>,
    policy: Value<String>,
    policy_arns: Value<Set<String>>,
    session_name: Value<String>,
    tags: Value<StringMap>,
}

impl Model for AssumeRoleBlock {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            role_arn,
            duration,
            external_id,
            policy,
            policy_arns,
            session_name,
            tags,
        } = self;
        v.attr("role_arn", role_arn, |a| {
            a.required().doc("ARN of the role.")
        });
        v.attr("duration", duration, |a| {
            a.optional()
                .doc("How long a session lasts, such as `1h30m`, from 15 minutes to 12 hours.")
        });
        v.attr("external_id", external_id, |a| {
            a.optional()
                .doc("External ID that the role's trust policy asks for.")
        });
        v.attr("policy", policy, |a| {
            a.optional()
                .doc("IAM policy, as JSON, that narrows the session.")
        });
        v.attr("policy_arns", policy_arns, |a| {
            a.optional()
                .doc("ARNs of managed policies that narrow the session.")
        });
        v.attr("session_name", session_name, |a| {
            a.optional()
                .doc("Name of the session. Left out, one is made.")
        });
        v.attr("tags", tags, |a| a.optional().doc("Session tags."));
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct WebIdentityBlock {
    role_arn: Value<String>,
    web_identity_token_file: Value<String>,
    duration: Value<DurationText>,
    policy: Value<String>,
    policy_arns: Value<Set<String>>,
    session_name: Value<String>,
}

impl Model for WebIdentityBlock {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            role_arn,
            web_identity_token_file,
            duration,
            policy,
            policy_arns,
            session_name,
        } = self;
        v.attr("role_arn", role_arn, |a| {
            a.optional().doc("ARN of the role. Else AWS_ROLE_ARN.")
        });
        v.attr("web_identity_token_file", web_identity_token_file, |a| {
            a.optional().doc("File with the token; read again for every session. Else AWS_WEB_IDENTITY_TOKEN_FILE.")
        });
        v.attr("duration", duration, |a| {
            a.optional()
                .doc("How long a session lasts, such as `1h30m`, from 15 minutes to 12 hours.")
        });
        v.attr("policy", policy, |a| {
            a.optional()
                .doc("IAM policy, as JSON, that narrows the session.")
        });
        v.attr("policy_arns", policy_arns, |a| {
            a.optional()
                .doc("ARNs of managed policies that narrow the session.")
        });
        v.attr("session_name", session_name, |a| {
            a.optional()
                .doc("Name of the session. Else AWS_ROLE_SESSION_NAME, or one is made.")
        });
    }
}

impl Config {
    /// The settings of the service side. What is unknown counts as not given, and so does an empty text, as with hashicorp/aws; only an
    /// empty proxy says something: none.
    pub(super) fn settings(&self) -> Settings {
        let proxy = |value: &Value<String>| value.text().map(str::to_owned);
        let secret = |value: &Value<String>| text(value).map(Secret::new);
        let list = |values: &Value<Vec<Value<String>>>| {
            let known = values.known().into_iter().flatten();
            known
                .filter_map(|value| value.text().map(str::to_owned))
                .collect::<Vec<_>>()
        };
        let endpoints = self.endpoints.known().cloned().unwrap_or_default();
        Settings {
            region: text(&self.region),
            profile: text(&self.profile),
            access_key: secret(&self.access_key),
            secret_key: secret(&self.secret_key),
            token: secret(&self.token),
            shared_config_files: list(&self.shared_config_files),
            shared_credentials_files: list(&self.shared_credentials_files),
            assume_role: self.assume_role.known().map(AssumeRoleBlock::settings),
            assume_role_with_web_identity: self
                .assume_role_with_web_identity
                .known()
                .map(WebIdentityBlock::settings),
            inspector_endpoint: text(&endpoints.inspector),
            sts_endpoint: text(&endpoints.sts),
            custom_ca_bundle: text(&self.custom_ca_bundle),
            http_proxy: proxy(&self.http_proxy),
            https_proxy: proxy(&self.https_proxy),
            no_proxy: proxy(&self.no_proxy),
            insecure: self.insecure.known().copied().unwrap_or(false),
            max_retries: self
                .max_retries
                .known()
                .and_then(|retries| u32::try_from(*retries).ok()),
            skip_region_validation: self
                .skip_region_validation
                .known()
                .copied()
                .unwrap_or(false),
            skip_metadata_api_check: self
                .skip_metadata_api_check
                .known()
                .copied()
                .unwrap_or(false),
            user_agent: list(&self.user_agent),
        }
    }
}

impl AssumeRoleBlock {
    fn settings(&self) -> AssumeRole {
        let tags = self.tags.known().into_iter().flatten();
        AssumeRole {
            role_arn: self.role_arn.text().unwrap_or_default().to_owned(),
            duration: self.duration.known().map(DurationText::duration),
            external_id: text(&self.external_id),
            policy: text(&self.policy),
            policy_arns: self
                .policy_arns
                .known()
                .into_iter()
                .flat_map(Set::known)
                .cloned()
                .collect(),
            session_name: text(&self.session_name),
            tags: tags
                .filter_map(|(key, value)| Some((key.clone(), value.text()?.to_owned())))
                .collect::<BTreeMap<_, _>>(),
        }
    }
}

impl WebIdentityBlock {
    fn settings(&self) -> WebIdentity {
        WebIdentity {
            role_arn: self.role_arn.text().unwrap_or_default().to_owned(),
            token_file: self
                .web_identity_token_file
                .text()
                .unwrap_or_default()
                .to_owned(),
            duration: self.duration.known().map(DurationText::duration),
            policy: text(&self.policy),
            policy_arns: self
                .policy_arns
                .known()
                .into_iter()
                .flat_map(Set::known)
                .cloned()
                .collect(),
            session_name: text(&self.session_name),
        }
    }
}

fn text(value: &Value<String>) -> Option<String> {
    value
        .text()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// Where in the block a field of the settings is.
pub(super) fn path_of(problem: &Problem) -> cty::Path {
    problem
        .field
        .split('.')
        .map(|step| cty::Step::Attribute(step.to_owned()))
        .collect()
}

/// Whether a problem may be gone when the block, `config` on the wire, is wholly known.
pub(super) fn is_open(problem: &Problem, config: &cty::Value) -> bool {
    let is_unknown = |field: &str| {
        let mut value = config;
        field.split('.').any(|step| {
            value = value.get(step);
            matches!(value, cty::Value::Unknown)
        })
    };
    is_unknown(problem.field) || problem.needs.iter().any(|field| is_unknown(field))
}
