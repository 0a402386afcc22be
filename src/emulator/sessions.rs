// SPDX-License-Identifier: Apache-2.0

//! Credentials that the emulator knows: its own key, and those that STS gave out. Expiry is in real time, as it is for clients.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::ids::mix;

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
    open: HashMap<String, Credential>,
    assumed: Vec<AssumedRole>,
}

impl Sessions {
    pub(super) fn new(seed: u64, access_key: &str, secret: &str, account: &str) -> Self {
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
            assumed: Vec::new(),
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
        let number = self.assumed.len() as u64;
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
        self.assumed.push(asked);
        self.open.insert(access_key.clone(), credential.clone());
        (access_key, credential)
    }

    /// What was asked of STS, oldest first.
    pub(super) fn assumed(&self) -> &[AssumedRole] {
        &self.assumed
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
