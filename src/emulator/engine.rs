// SPDX-License-Identifier: Apache-2.0

//! One call, from its bytes to its reply: who calls, which fault befalls it, what the operation answers, what the log keeps.
//!
//! No lock is held while a reply is on its way: a call locks the world once, for as long as its operation works.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, header};
use futures_util::stream;
use serde_json::Value;

use super::auth::Caller;
use super::calls::{Entry, Log, Outcome};
use super::clock::{Clock, Millis, millis};
use super::error::ApiError;
use super::events::Notification;
use super::faults::{Edit, Effect, Faults};
use super::ids::mix;
use super::input::Input;
use super::operations::{self, Cx};
use super::options::{Options, Settings};
use super::sessions::Sessions;
use super::state::State;
use super::sts::{self, Form};
use super::wire::{self, Reply};

/// Marks a reply that must not be sent: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct DropConnection;

/// An emulator without its sockets.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    requests: AtomicU64,
    state: Mutex<State>,
    faults: Mutex<Faults>,
    log: Mutex<Log>,
    sessions: Mutex<Sessions>,
}

/// A call that knows who made it.
#[derive(Debug)]
struct Call {
    operation: String,
    /// The members of a call of STS.
    form: Option<Form>,
    caller: Caller,
    at: Millis,
    body: Bytes,
    request_id: String,
    user_agent: String,
}

impl Engine {
    pub(super) fn new(options: &Options, endpoint: &str) -> Self {
        Self {
            clock: Clock::new(options.time),
            settings: Settings {
                seed: options.seed,
                endpoint: endpoint.to_owned(),
                account_id: options.account_id.clone(),
                auth: options.auth,
                busy: options.busy,
                limits: options.limits,
                session_lifetime: options.session_lifetime,
            },
            requests: AtomicU64::new(0),
            state: Mutex::new(State::new(
                options.seed,
                options.fleet.clone(),
                options.call_log,
            )),
            faults: Mutex::default(),
            log: Mutex::new(Log::new(options.call_log)),
            sessions: Mutex::new(Sessions::new(
                options.seed,
                &options.access_key,
                &options.secret_key,
                &options.account_id,
                options.call_log,
            )),
        }
    }

    /// The world. A call that panicked has left it as it was then, which is no reason to refuse all others.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything in the world, the calls and the faults. The clock goes on, and sessions stay open.
    pub(super) fn reset(&self) {
        self.state().reset();
        self.log().clear();
        self.faults().clear();
    }

    /// Everything that was published up to now: what is due is published first, by account, Region and run.
    pub(super) fn notifications(&self) -> Vec<Notification> {
        let now = self.clock.now();
        let mut state = self.state();
        let (scopes, shared) = state.scopes_mut();
        for scope in scopes {
            let subscribed = scope
                .templates
                .iter()
                .filter(|(_, template)| !template.subscriptions.is_empty());
            let numbers: Vec<u64> = subscribed.map(|(number, _)| *number).collect();
            for number in numbers {
                scope.announce_template(shared, number, now);
            }
        }
        let mut published: Vec<Notification> = state.shared.published.iter().cloned().collect();
        published.sort_by(|a, b| a.date.total_cmp(&b.date));
        published
    }

    /// An identifier for the next request, of a UUID's form.
    pub(super) fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let (a, b) = (
            mix(self.settings.seed ^ number),
            mix(!self.settings.seed ^ number),
        );
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xFFFF,
            a & 0xFFF,
            b >> 52,
            b & 0xFFFF_FFFF_FFFF
        )
    }

    /// Answers a call of Inspector's API, or of STS: forms are STS's.
    pub(super) async fn answer(self: Arc<Self>, headers: HeaderMap, body: Bytes) -> Response<Body> {
        let request_id = self.request_id();
        let call = match self.identified(&headers, body, request_id.clone()) {
            Ok(call) => call,
            Err((error, true)) => return sts::failure(&error, &request_id),
            Err((error, false)) => return wire::failure(&error, &request_id),
        };
        let (effect, hidden) = self.faults().take(&call.operation, &call.body);
        let hidden = hidden.map(|time| self.clock.unscaled() + millis(time));
        match effect {
            None => self.sent(&call, self.committed(&call, hidden)),
            Some(effect) => self.befallen(call, effect, hidden).await,
        }
    }

    /// Who calls which operation; or the error, and whether it is STS's.
    fn identified(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        request_id: String,
    ) -> Result<Call, (ApiError, bool)> {
        let content_type = wire::text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let query = content_type.starts_with("application/x-www-form-urlencoded");
        let auth = self.settings.auth;
        let (operation, form, caller) = if query {
            let form = Form::parse(&body);
            let sessions = self.sessions();
            let caller = if sts::is_anonymous(form.action()) {
                super::auth::anonymous(&sessions)
            } else {
                super::auth::identify(auth, &sessions, "sts", headers, &body)
                    .map_err(|error| (error, true))?
            };
            (form.action().to_owned(), Some(form), caller)
        } else {
            // AWS checks the signature first: who is nobody learns nothing of operations.
            let caller = super::auth::identify(auth, &self.sessions(), "inspector", headers, &body)
                .map_err(|error| (error, false))?;
            let operation = wire::operation(headers).map_err(|error| (error, false))?;
            (operation.to_owned(), None, caller)
        };
        Ok(Call {
            operation,
            form,
            caller,
            at: self.clock.now(),
            body,
            request_id,
            user_agent: wire::text(headers, header::USER_AGENT.as_str())
                .unwrap_or_default()
                .to_owned(),
        })
    }

    /// Lets a fault have its effect on a call. A run that it starts is seen by nobody until `hidden`.
    async fn befallen(
        self: Arc<Self>,
        call: Call,
        effect: Effect,
        hidden: Option<Millis>,
    ) -> Response<Body> {
        if let Some(error) = effect.reply() {
            self.note(&call, Outcome::Fault(effect.name()));
            return call.failure(&error);
        }
        match effect {
            Effect::Delay(delay) => {
                // In a task of its own: the call takes effect also when the client has gone away.
                let id = call.request_id.clone();
                let late = tokio::spawn(async move {
                    self.clock.delay(delay).await;
                    self.sent(&call, self.committed(&call, hidden))
                });
                return late
                    .await
                    .unwrap_or_else(|_| wire::response(500, Bytes::new(), &id));
            }
            Effect::CommitThenDelay(delay) => {
                let response = self.sent(&call, self.committed(&call, hidden));
                self.clock.delay(delay).await;
                return response;
            }
            _ => {}
        }
        self.note(&call, Outcome::Fault(effect.name()));
        let id = call.request_id.as_str();
        match effect {
            Effect::Status(status) => wire::response(status, Bytes::new(), id),
            Effect::EmptyObjectWithoutCommit => wire::success("{}", id),
            Effect::DropBeforeCommit => dropped(),
            Effect::Hang => std::future::pending().await,
            effect => {
                let reply = self.committed(&call, hidden);
                match effect {
                    Effect::CommitThenStatus(status) => wire::response(status, Bytes::new(), id),
                    Effect::CommitThenDrop => dropped(),
                    Effect::EmptyObject => wire::success("{}", id),
                    Effect::Garbage => wire::success(&b"\x00\xff<html>not JSON"[..], id),
                    Effect::CommitThenCut => cut(reply.unwrap_or_default(), id),
                    Effect::TruncatedJson => {
                        let mut reply = reply.unwrap_or_default();
                        reply.truncate(reply.len() / 2);
                        wire::success(reply, id)
                    }
                    Effect::Rewrite(edits) => match reply {
                        Ok(reply) => wire::success(rewritten(reply, &edits), id),
                        Err(error) => call.failure(&error),
                    },
                    _ => wire::response(500, Bytes::new(), id),
                }
            }
        }
    }

    /// Carries the operation out.
    fn committed(&self, call: &Call, hide_until: Option<Millis>) -> Result<Reply, ApiError> {
        if let Some(form) = &call.form {
            let lifetime = self.settings.session_lifetime;
            return sts::answer(
                &mut self.sessions(),
                form,
                &call.caller,
                lifetime,
                &call.request_id,
            );
        }
        let handler = operations::find(&call.operation).ok_or_else(|| {
            ApiError::plain(400, "UnknownOperationException", "The operation is unknown")
        })?;
        let members = wire::members(&call.body)?;
        let work = || {
            let mut state = self.state();
            let (scope, shared) = state.scope(&call.caller.credential.account, &call.caller.region);
            let mut cx = Cx {
                scope,
                shared,
                settings: &self.settings,
                now: self.clock.now(),
                unscaled: self.clock.unscaled(),
                hide_until,
            };
            handler(&mut cx, Input::new(&members))
        };
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            Err(ApiError::plain(
                500,
                "InternalException",
                "The emulator panicked: this is a bug in it",
            ))
        })
    }

    /// A reply as HTTP, noted in the log.
    fn sent(&self, call: &Call, reply: Result<Reply, ApiError>) -> Response<Body> {
        match reply {
            Ok(reply) => {
                self.note(call, Outcome::Ok);
                match call.form {
                    Some(_) => sts::success(reply, &call.request_id),
                    None => wire::success(reply, &call.request_id),
                }
            }
            Err(error) => {
                self.note(call, Outcome::Exception(error.name.clone().into_owned()));
                call.failure(&error)
            }
        }
    }

    fn note(&self, call: &Call, outcome: Outcome) {
        self.log().add(Entry {
            operation: call.operation.clone(),
            region: call.caller.region.clone(),
            account: call.caller.credential.account.clone(),
            at: call.at,
            outcome,
            // A copy, because a slice would keep the whole buffer alive that the connection was read into.
            body: Bytes::copy_from_slice(&call.body),
            user_agent: call.user_agent.clone(),
        });
    }
}

impl Call {
    /// An error in the caller's protocol.
    fn failure(&self, error: &ApiError) -> Response<Body> {
        match self.form {
            Some(_) => sts::failure(error, &self.request_id),
            None => wire::failure(error, &self.request_id),
        }
    }
}

/// No reply: the connection is closed.
pub(super) fn dropped() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(DropConnection);
    response
}

/// A reply that announces its whole length and breaks off in the middle.
fn cut(mut reply: Vec<u8>, request_id: &str) -> Response<Body> {
    if reply.len() < 2 {
        reply = b"{}".to_vec();
    }
    let length = reply.len();
    reply.truncate(length / 2);
    let body = stream::unfold(Some(reply), |first| async move {
        if let Some(first) = first {
            return Some((Ok(Bytes::from(first)), None));
        }
        // One pause, so that what was written leaves before the connection breaks.
        tokio::task::yield_now().await;
        Some((Err(std::io::Error::other("the reply is cut")), None))
    });
    let mut response = wire::success(Bytes::new(), request_id);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length.into());
    *response.body_mut() = Body::from_stream(body);
    response
}

fn rewritten(reply: Reply, edits: &[Edit]) -> Reply {
    let Ok(mut value) = serde_json::from_slice::<Value>(&reply) else {
        return reply;
    };
    for edit in edits {
        edit.apply(&mut value);
    }
    value.to_string().into_bytes()
}
