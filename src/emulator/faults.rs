// SPDX-License-Identifier: Apache-2.0

//! Faults on demand: which calls go wrong, and how. What an effect does to the connection is `server`'s business.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::error::ApiError;

/// Calls that go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The operation, `*` for any.
    pub operation: String,
    /// How many calls go wrong.
    #[serde(default = "once")]
    pub times: u32,
    /// How many calls pass first.
    #[serde(default)]
    pub skip: u32,
    /// Only calls whose body contains this text (an ARN, a name).
    #[serde(default)]
    pub containing: Option<String>,
    /// What goes wrong.
    pub effect: Effect,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// The next call of an operation goes wrong.
    pub fn next(operation: impl Into<String>, effect: Effect) -> Self {
        Self {
            operation: operation.into(),
            times: 1,
            skip: 0,
            containing: None,
            effect,
        }
    }

    /// Every call of an operation goes wrong.
    pub fn always(operation: impl Into<String>, effect: Effect) -> Self {
        Self::next(operation, effect).times(u32::MAX)
    }

    /// The same for this many calls.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// The same after this many calls.
    #[must_use]
    pub fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// The same for calls whose body contains this text.
    #[must_use]
    pub fn containing(self, text: impl Into<String>) -> Self {
        Self {
            containing: Some(text.into()),
            ..self
        }
    }
}

/// What goes wrong. *Commit* means that the call takes effect in the emulated world.
///
/// Delays are in real time, as a client's patience is; on a stepped clock they last until the clock was advanced by as much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// An exception instead of the call.
    #[serde(rename_all = "camelCase")]
    Exception {
        /// Its name, the reply's `__type`.
        name: String,
        /// Its `errorCode`, for those that have one.
        #[serde(default)]
        error_code: Option<String>,
        /// Its message; empty for one that says that the exception was injected.
        #[serde(default)]
        message: String,
        /// The HTTP status; 0 for the one that the service's model gives the exception.
        #[serde(default)]
        status: u16,
        /// Further members, an object.
        #[serde(default)]
        extra: Value,
    },
    /// `ThrottlingException`, status 400.
    Throttle,
    /// This status with an empty body, before the commit.
    Status(u16),
    /// Commit, then this status with an empty body.
    CommitThenStatus(u16),
    /// Commit, then the connection is closed without a reply.
    CommitThenDrop,
    /// Commit, then the connection is closed in the middle of the reply.
    CommitThenCut,
    /// The connection is closed without commit or reply.
    DropBeforeCommit,
    /// Commit, then status 200 with `{}`.
    EmptyObject,
    /// Status 200 with `{}` without a commit.
    EmptyObjectWithoutCommit,
    /// Wait, then commit and answer: also when the client has gone away meanwhile.
    #[serde(with = "seconds")]
    Delay(Duration),
    /// Commit, wait, then answer.
    #[serde(with = "seconds")]
    CommitThenDelay(Duration),
    /// Neither commit nor reply: the connection stays open until the client gives up.
    Hang,
    /// Commit, then status 200 with bytes that are not JSON.
    Garbage,
    /// Commit, then status 200 with the first half of the reply as a complete body.
    TruncatedJson,
    /// Status 501 and `NotImplemented`, as an emulator says that lacks an operation.
    NotImplemented501,
    /// Commit, then the reply with these changes.
    Rewrite(Vec<Edit>),
    /// Commit and answer as ever; but the run that was started is seen by no list and no description for this long. Its name is taken.
    #[serde(with = "seconds")]
    HideNewRuns(Duration),
}

impl Effect {
    /// A modelled exception with its status: `AccessDeniedException` 403, `InternalException` 500,
    /// `ServiceTemporarilyUnavailableException` 503, every other 400.
    pub fn exception(name: impl Into<String>, error_code: impl Into<Option<&'static str>>) -> Self {
        Self::Exception {
            message: String::new(),
            name: name.into(),
            error_code: error_code.into().map(str::to_owned),
            status: 0,
            extra: Value::Null,
        }
    }

    /// Its name in the log: as in the control API.
    pub(super) fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(name)) => name,
            Ok(Value::Object(members)) => members.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// The reply that this effect puts in the place of the operation's, for those that do.
    pub(super) fn reply(&self) -> Option<ApiError> {
        match self {
            Self::Exception {
                name,
                error_code,
                message,
                status,
                extra,
            } => {
                let status = match *status {
                    0 => modelled_status(name),
                    status => status,
                };
                let message = match message.as_str() {
                    "" => format!("Injected {name}"),
                    message => message.to_owned(),
                };
                let mut members = Map::new();
                members.insert("message".to_owned(), message.into());
                if let Some(code) = error_code {
                    members.insert("errorCode".to_owned(), code.clone().into());
                }
                // The one exception without this member.
                if name != "PreviewGenerationInProgressException" {
                    members.insert("canRetry".to_owned(), (status >= 500).into());
                }
                members.extend(extra.as_object().cloned().unwrap_or_default());
                Some(ApiError {
                    status,
                    name: name.clone().into(),
                    members,
                })
            }
            Self::Throttle => Some(ApiError::plain(400, "ThrottlingException", "Rate exceeded")),
            Self::NotImplemented501 => Some(ApiError::plain(
                501,
                "NotImplemented",
                "This operation is not implemented",
            )),
            _ => None,
        }
    }
}

/// The status that an exception has by the service's model.
fn modelled_status(name: &str) -> u16 {
    match name {
        "AccessDeniedException" => 403,
        "InternalException" => 500,
        "ServiceTemporarilyUnavailableException" => 503,
        _ => 400,
    }
}

/// One change to a reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Edit {
    /// Puts a value at a JSON pointer (`/assessmentRuns/0/state`), whose parent must exist.
    Set {
        /// Where.
        pointer: String,
        /// What.
        value: Value,
    },
    /// Takes away what is at a JSON pointer.
    Remove {
        /// Where.
        pointer: String,
    },
    /// Takes the item with an ARN that contains the text out of the reply's lists, and says nothing of it.
    DropItem {
        /// A part of the ARN.
        arn: String,
    },
    /// Takes it out and puts it among the failed items.
    FailItem {
        /// A part of the ARN.
        arn: String,
        /// The failure code.
        code: String,
    },
}

impl Edit {
    /// Changes a reply.
    pub(super) fn apply(&self, reply: &mut Value) {
        match self {
            Self::Set { pointer, value } => {
                let Some((parent, last)) = pointer.rsplit_once('/') else {
                    *reply = value.clone();
                    return;
                };
                match reply.pointer_mut(parent) {
                    Some(Value::Object(members)) => {
                        members.insert(last.to_owned(), value.clone());
                    }
                    Some(Value::Array(items)) => {
                        if let Some(item) =
                            last.parse().ok().and_then(|at: usize| items.get_mut(at))
                        {
                            *item = value.clone();
                        }
                    }
                    _ => {}
                }
            }
            Self::Remove { pointer } => {
                let Some((parent, last)) = pointer.rsplit_once('/') else {
                    return;
                };
                match reply.pointer_mut(parent) {
                    Some(Value::Object(members)) => {
                        members.shift_remove(last);
                    }
                    Some(Value::Array(items)) => {
                        if let Some(at) = last.parse().ok().filter(|at: &usize| *at < items.len()) {
                            items.remove(at);
                        }
                    }
                    _ => {}
                }
            }
            Self::DropItem { arn } => {
                take_items(reply, arn);
            }
            Self::FailItem { arn, code } => {
                for taken in take_items(reply, arn) {
                    if let Some(failed) = reply.get_mut("failedItems") {
                        failed[taken] = json!({"failureCode": code, "retryable": false});
                    }
                }
            }
        }
    }
}

/// Takes the items with such an ARN out of all lists of a reply; gives their ARNs.
fn take_items(reply: &mut Value, part: &str) -> Vec<String> {
    let mut taken = Vec::new();
    let lists = reply.as_object_mut().into_iter().flat_map(Map::values_mut);
    for list in lists.filter_map(Value::as_array_mut) {
        list.retain(|item| {
            let arn = item.get("arn").unwrap_or(item).as_str().unwrap_or_default();
            let hit = arn.contains(part);
            if hit {
                taken.push(arn.to_owned());
            }
            !hit
        });
    }
    taken
}

/// The faults that wait for their calls.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The effect on this call, of the first fault that fits it and has let its calls pass; and for how long a run that it starts is
    /// hidden, which may come with any other effect. A fault that is used up is forgotten.
    pub(super) fn take(
        &mut self,
        operation: &str,
        body: &[u8],
    ) -> (Option<Effect>, Option<Duration>) {
        let (mut effect, mut hidden) = (None, None);
        for fault in &mut self.0 {
            let fits = (fault.operation == "*" || fault.operation == operation)
                && fault
                    .containing
                    .as_ref()
                    .is_none_or(|text| contains(body, text));
            let hides = matches!(fault.effect, Effect::HideNewRuns(_));
            let settled = if hides {
                hidden.is_some()
            } else {
                effect.is_some()
            };
            if !fits || fault.times == 0 || settled {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if fault.times != u32::MAX {
                fault.times -= 1;
            }
            match &fault.effect {
                Effect::HideNewRuns(time) => hidden = Some(*time),
                other => effect = Some(other.clone()),
            }
        }
        self.0.retain(|fault| fault.times > 0);
        (effect, hidden)
    }
}

fn contains(body: &[u8], text: &str) -> bool {
    // Bodies are JSON, where a client may have escaped what a test writes plainly.
    let plain = String::from_utf8_lossy(body);
    plain.contains(text)
        || serde_json::from_slice::<Value>(body).is_ok_and(|value| value.to_string().contains(text))
}

/// Durations as a number of seconds in the control API.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(value.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_lets_calls_pass_and_then_fails_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.add(
            Fault::next("A", Effect::Throttle)
                .skip(1)
                .times(2)
                .containing("x"),
        );
        let mut hits =
            |operation: &str, body: &str| faults.take(operation, body.as_bytes()).0.is_some();
        assert!(!hits("B", "x"));
        assert!(!hits("A", "y"));
        assert!(!hits("A", "x"), "the first passes");
        assert!(hits("A", "x") && hits("A", "x"));
        assert!(!hits("A", "x"));
        assert!(faults.list().is_empty());
    }

    #[test]
    fn faults_are_json() {
        let text = r#"{"operation":"StartAssessmentRun","effect":{"delay":1.5}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(
            fault,
            Fault::next(
                "StartAssessmentRun",
                Effect::Delay(Duration::from_millis(1500))
            )
        );
        let text = r#"{"operation":"*","times":3,"effect":"commitThenDrop"}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault, Fault::next("*", Effect::CommitThenDrop).times(3));
    }

    #[test]
    fn replies_are_edited() {
        let mut reply =
            json!({"runs": [{"arn": "a/1"}, {"arn": "a/2"}, {"arn": "a/3"}], "failedItems": {}});
        Edit::DropItem { arn: "/1".into() }.apply(&mut reply);
        Edit::FailItem {
            arn: "/2".into(),
            code: "INTERNAL_ERROR".into(),
        }
        .apply(&mut reply);
        Edit::Set {
            pointer: "/runs/0/arn".into(),
            value: "b".into(),
        }
        .apply(&mut reply);
        assert_eq!(
            reply,
            json!({"runs": [{"arn": "b"}], "failedItems": {"a/2": {"failureCode": "INTERNAL_ERROR", "retryable": false}}})
        );
        Edit::Remove {
            pointer: "/runs".into(),
        }
        .apply(&mut reply);
        assert_eq!(reply.get("runs"), None);
    }
}
