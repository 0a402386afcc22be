// SPDX-License-Identifier: Apache-2.0

//! The role by which an account lets the service look at its instances: made with the first target, or registered in the old way.

use serde_json::json;

use super::{Cx, Result};
use crate::emulator::arn::partition;
use crate::emulator::clock::Millis;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::Input;
use crate::emulator::state::{Scope, Shared};
use crate::emulator::wire::{Reply, reply, seconds};

/// Makes the service-linked role of an account that has none.
pub(super) fn ensure(scope: &Scope, shared: &mut Shared, now: Millis) {
    shared
        .roles
        .ensure(&scope.account, || service_linked(scope), now);
}

fn service_linked(scope: &Scope) -> String {
    format!(
        "arn:{}:iam::{}:role/aws-service-role/inspector.amazonaws.com/AWSServiceRoleForAmazonInspector",
        partition(&scope.region),
        scope.account
    )
}

/// `RegisterCrossAccountAccessRole`.
pub(super) fn register(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("roleArn")?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let account = match parts.as_slice() {
        ["arn", partition, "iam", "", account, name]
            if partition.starts_with("aws")
                && text.len() <= 300
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && name
                    .strip_prefix("role/")
                    .is_some_and(|name| !name.is_empty()) =>
        {
            *account
        }
        _ => return Err(ApiError::invalid_arn(Entity::IamRole, text)),
    };
    if account != cx.scope.account {
        return Err(ApiError::role(
            "ROLE_DOES_NOT_EXIST_OR_INVALID_TRUST_RELATIONSHIP",
            format!("The role does not exist or does not trust the service: {text}"),
        ));
    }
    cx.shared.roles.check(account)?;
    cx.shared.roles.register(account, text.to_owned(), cx.now);
    Ok(Reply::new())
}

/// `DescribeCrossAccountAccessRole`. Before there is a role the answer is the one that will be made, not yet valid: the operation declares
/// no error for it.
pub(super) fn describe(cx: &mut Cx<'_>, _: Input<'_>) -> Result<Reply> {
    let role = cx.shared.roles.get(&cx.scope.account);
    reply(&match role {
        Some((arn, at, valid)) => {
            json!({"roleArn": arn, "valid": valid, "registeredAt": seconds(at)})
        }
        None => json!({"roleArn": service_linked(cx.scope), "valid": false, "registeredAt": 0}),
    })
}
