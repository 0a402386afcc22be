// SPDX-License-Identifier: Apache-2.0

//! Credentials that the emulator knows: its own key, and those that STS gave out. Expiry is in real time, as it is for clients.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::ids::mix;
use super::newest::Newest;

/// What a caller asked STS for, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssumedRole {
    /// `AssumeRole` or `AssumeRoleWithWebIdentity`.
    pub operation: String,
    /// The role's ARN.
    pub role_arn: String,
    /// The session's name.
    pub session_name: String,
    /// How long the session is to last, if that was said.
    pub duration_seconds: Option<u64>,
    /// The external id.
    pub external_id: Option<String>,
    /// The session policy.
    pub policy: Option<String>,
    /// ARNs of managed session policies.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The keys of tags that are to go on to further sessions.
    pub transitive_tag_keys: Vec<String>,
    /// The source identity.
    pub source_identity: Option<String>,
    /// The token of a web identity.
    pub web_identity_token: Option<String>,
    /// The access key that signed the request, if it was signed.
    pub caller: Option<String>,
    /// The access key of the session that was made.
    pub access_key_id: String,
}

impl AssumedRole {
    /// About how many bytes its texts have.
    fn weight(&self) -> usize {
        let lists = self.policy_arns.iter().chain(&self.transitive_tag_keys);
        let tags = self.tags.iter().flat_map(|(key, value)| [key, value]);
        let texts = [&self.policy, &self.web_identity_token, &self.external_id];
        lists
            .chain(tags)
            .chain(texts.into_iter().flatten())
            .map(String::len)
            .sum()
    }
}

/// A key pair, with what belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Credential {
    pub(super) secret: String,
    pub(super) token: Option<String>,
    pub(super) account: String,
    pub(super) arn: String,
    pub(super) user_id: String,
    pub(super) expires: Option<SystemTime>,
}

/// All credentials.
#[derive(Debug)]
pub(super) struct Sessions {
    seed: u64,
    access_key: String,
    own: Credential,
    /// Expired ones too, because AWS tells an expired token from an unknown one. Those of requests that are forgotten go with them.
    open: HashMap<String, Credential>,
    assumed: Newest<AssumedRole>,
    /// How many there ever were.
    opened: u64,
}

impl Sessions {
    /// No session yet. So many are kept, but at least a thousand, because clients live by them.
    pub(super) fn new(
        seed: u64,
        access_key: &str,
        secret: &str,
        account: &str,
        kept: usize,
    ) -> Self {
        Self {
            seed,
            access_key: access_key.to_owned(),
            own: Credential {
                secret: secret.to_owned(),
                token: None,
                account: account.to_owned(),
                arn: format!("arn:aws:iam::{account}:user/emulator"),
                user_id: "AIDAEMULATOREMULATOR0".to_owned(),
                expires: None,
            },
            open: HashMap::new(),
            assumed: Newest::new(kept.max(1000)),
            opened: 0,
        }
    }

    /// The credential behind an access key: a session's, the emulator's own, or that of the account which the key names.
    pub(super) fn find(&self, access_key: &str) -> Option<Credential> {
        if let Some(session) = self.open.get(access_key) {
            return Some(session.clone());
        }
        if access_key == self.access_key {
            return Some(self.own.clone());
        }
        is_account(access_key).then(|| Credential {
            account: access_key.to_owned(),
            arn: format!("arn:aws:iam::{access_key}:user/emulator"),
            ..self.own.clone()
        })
    }

    /// The same for callers that are not checked: every other key is the emulator's own account's.
    pub(super) fn accept(&self, access_key: Option<&str>) -> Credential {
        access_key
            .and_then(|key| self.find(key))
            .unwrap_or_else(|| self.own.clone())
    }

    /// Opens a session; gives its access key.
    pub(super) fn open(
        &mut self,
        mut asked: AssumedRole,
        account: &str,
        lifetime: Duration,
    ) -> (String, Credential) {
        let number = self.opened;
        self.opened += 1;
        let chance = |salt: u64| mix(mix(self.seed ^ salt) ^ number);
        let access_key = format!("ASIA{:016X}", chance(1));
        let role = asked.role_arn.rsplit('/').next().unwrap_or_default();
        let role_id = format!(
            "AROA{:016X}",
            mix(super::ids::mix_text(self.seed, &asked.role_arn))
        );
        let credential = Credential {
            secret: format!(
                "{:016x}{:016x}{:08x}",
                chance(2),
                chance(3),
                chance(4) >> 32
            ),
            token: Some(format!("session-{:016x}{:016x}", chance(5), chance(6))),
            account: account.to_owned(),
            arn: format!(
                "arn:aws:sts::{account}:assumed-role/{role}/{}",
                asked.session_name
            ),
            user_id: format!("{role_id}:{}", asked.session_name),
            expires: Some(crate::clock::now() + lifetime),
        };
        asked.access_key_id.clone_from(&access_key);
        self.open.insert(access_key.clone(), credential.clone());
        // A policy, a token and tags: what STS takes is bounded by the size of a body.
        let weight = asked.weight();
        for forgotten in self.assumed.add(weight, asked) {
            self.open.remove(&forgotten.access_key_id);
        }
        (access_key, credential)
    }

    /// What was asked of STS, oldest first.
    pub(super) fn assumed(&self) -> Vec<AssumedRole> {
        self.assumed.iter().cloned().collect()
    }

    /// Lets all sessions that are open expire now.
    pub(super) fn expire(&mut self) {
        for session in self.open.values_mut() {
            session.expires = Some(SystemTime::UNIX_EPOCH);
        }
    }
}

/// Whether an access key is the id of an account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
