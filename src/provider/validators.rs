// SPDX-License-Identifier: Apache-2.0

//! Validators of AWS's own kinds of value.
//!
//! An ARN is checked for the service and the kind of resource, not for account or ID: other servers' accounts and IDs differ.

use crate::inspector::arn::{Arn, Kind};

/// An ARN of an Inspector resource of one kind.
pub(crate) fn arn_of(kind: Kind) -> impl Fn(&String) -> Result<(), String> {
    move |text| match Arn::parse_kind(text, kind) {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!(
            "{text:?} is not the ARN of {}: {problem}.",
            kind.noun()
        )),
    }
}

/// An ARN of an SNS topic, of whatever partition, Region and account.
pub(crate) fn topic_arn(text: &String) -> Result<(), String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "sns", _, _, topic] if !topic.is_empty() => Ok(()),
        _ => Err(format!(
            "{text:?} is not the ARN of an SNS topic, arn:<partition>:sns:<region>:<account>:<topic>."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_of_sns() {
        let check = |text: &str| topic_arn(&text.to_owned());
        assert!(check("arn:aws-us-gov:sns:us-gov-west-1:1:topic").is_ok());
        assert!(check("arn:aws:sqs:us-east-1:1:queue").is_err());
        assert!(check("arn:aws:sns:us-east-1:1:").is_err());
        assert!(check("topic").is_err());
    }
}
