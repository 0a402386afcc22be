// SPDX-License-Identifier: Apache-2.0

//! The roles by which accounts let the service look at their instances, and what may be wrong with one. Which operations need a role is
//! not known here.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::clock::Millis;
use super::error::ApiError;

/// What is wrong with an account's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// It does not exist, or does not trust the service.
    Missing,
    /// Its policy does not let the service look at instances.
    Denied,
}

/// The roles of all accounts.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// The role's ARN by account, and since when it is there.
    registered: HashMap<String, (String, Millis)>,
    wrong: HashMap<String, Role>,
}

impl Roles {
    /// Makes the role of an account that has none.
    pub(super) fn ensure(&mut self, account: &str, arn: impl FnOnce() -> String, now: Millis) {
        if !self.registered.contains_key(account) {
            self.register(account, arn(), now);
        }
    }

    /// Replaces the role of an account.
    pub(super) fn register(&mut self, account: &str, arn: String, now: Millis) {
        self.registered.insert(account.to_owned(), (arn, now));
    }

    /// The role of an account: its ARN, since when it is there, and whether it is as it should be.
    pub(super) fn get(&self, account: &str) -> Option<(&str, Millis, bool)> {
        let (arn, at) = self.registered.get(account)?;
        Some((arn, *at, !self.wrong.contains_key(account)))
    }

    /// Decides what is wrong with the role of an account; `None`: nothing.
    pub(super) fn decide(&mut self, account: &str, wrong: Option<Role>) {
        match wrong {
            Some(wrong) => self.wrong.insert(account.to_owned(), wrong),
            None => self.wrong.remove(account),
        };
    }

    /// Refuses what needs a role that is not as it should be.
    pub(super) fn check(&self, account: &str) -> Result<(), ApiError> {
        let (code, message) = match self.wrong.get(account) {
            None => return Ok(()),
            Some(Role::Missing) => (
                "ROLE_DOES_NOT_EXIST_OR_INVALID_TRUST_RELATIONSHIP",
                "The role does not exist or does not trust the service",
            ),
            Some(Role::Denied) => (
                "ROLE_DOES_NOT_HAVE_CORRECT_POLICY",
                "The role's policy does not let the service look at instances",
            ),
        };
        Err(ApiError::role(code, message))
    }
}
