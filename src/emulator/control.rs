// SPDX-License-Identifier: Apache-2.0

//! The control API under `/_emulator/`: what the emulator has seen and holds, and how it is to behave. All of it is JSON.
//!
//! A web page must not drive it: requests with a foreign `Host` or `Origin` are refused, and POST needs `application/json`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::arn::Arn;
use super::clock::Time;
use super::engine::Engine;
use super::error::Entity;
use super::events::{Topic, system_time};
use super::faults::Fault;
use super::outcome::RunOutcome;
use super::report::Report;
use super::role::Role;
use super::wire::text;
use super::world::{Summary, World};

/// All routes of the control API, without the guard.
pub(super) fn routes() -> Router<Arc<Engine>> {
    Router::new()
        .route("/_emulator/health", get(health))
        .route("/_emulator/calls", get(calls).delete(clear_calls))
        .route(
            "/_emulator/faults",
            get(faults).post(inject).delete(clear_faults),
        )
        .route("/_emulator/clock", get(clock).post(advance))
        .route("/_emulator/notifications", get(notifications))
        .route("/_emulator/topics", post(topic))
        .route("/_emulator/role", post(role))
        .route("/_emulator/runs/outcome", post(outcome))
        .route("/_emulator/runs/finish", post(finish))
        .route("/_emulator/sts", get(sts))
        .route("/_emulator/reset", post(reset))
        .route("/_emulator/summary", get(summary))
        .route("/_emulator/world", get(world))
        .route("/_emulator/reports/{name}", get(report))
}

/// Refuses what a web page from elsewhere could send.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    match refusal(request.method(), request.headers()) {
        None => next.run(request).await,
        Some((status, why)) => (status, Json(json!({ "error": why }))).into_response(),
    }
}

fn refusal(method: &Method, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    if !is_local(host) {
        return Some((
            StatusCode::FORBIDDEN,
            "the Host is neither an address nor localhost",
        ));
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        let own = origin.to_str().is_ok_and(|origin| {
            let rest = origin
                .strip_prefix("http://")
                .or(origin.strip_prefix("https://"));
            rest == Some(host)
        });
        if !own {
            return Some((StatusCode::FORBIDDEN, "the Origin is foreign"));
        }
    }
    let site = text(headers, "sec-fetch-site");
    if matches!(site, Some("cross-site" | "same-site")) {
        return Some((
            StatusCode::FORBIDDEN,
            "the request comes from a page of another origin",
        ));
    }
    let content_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if method == Method::POST && !essence.eq_ignore_ascii_case("application/json") {
        return Some((
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "POST needs the type application/json",
        ));
    }
    None
}

/// Whether a `Host` can only mean us: a name could have been pointed at our address by somebody else.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

type Shared = State<Arc<Engine>>;

async fn health(State(engine): Shared) -> Json<Value> {
    Json(json!({"status": "ok", "account_id": engine.settings.account_id}))
}

#[derive(Deserialize)]
struct Limit {
    limit: Option<usize>,
}

async fn calls(State(engine): Shared, Query(query): Query<Limit>) -> Response {
    let calls = engine.log().newest(query.limit.unwrap_or(usize::MAX));
    Json(calls).into_response()
}

async fn clear_calls(State(engine): Shared) -> Json<Value> {
    engine.log().clear();
    Json(json!({}))
}

async fn faults(State(engine): Shared) -> Response {
    let faults = engine.faults().list().to_vec();
    Json(faults).into_response()
}

async fn inject(State(engine): Shared, Json(fault): Json<Fault>) -> Json<Value> {
    engine.faults().add(fault);
    Json(json!({}))
}

async fn clear_faults(State(engine): Shared) -> Json<Value> {
    engine.faults().clear();
    Json(json!({}))
}

async fn clock(State(engine): Shared) -> Json<Value> {
    let now = crate::clock::rfc3339(system_time(engine.clock.now()));
    let time = match engine.clock.time() {
        Time::Real => json!("real"),
        Time::Scaled(factor) => json!({ "scaled": factor }),
        Time::Stepped => json!("stepped"),
    };
    Json(json!({"now": now, "time": time}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_seconds: f64,
}

async fn advance(state: Shared, Json(by): Json<Advance>) -> Response {
    // A century in one step is more than anybody needs, and sums of such steps do not overflow.
    let by = Duration::try_from_secs_f64(by.advance_seconds).ok();
    match by.filter(|by| by.as_secs() <= 100 * 366 * 86_400) {
        Some(by) => {
            state.0.clock.advance(by);
            clock(state).await.into_response()
        }
        None => bad("advanceSeconds is a number from 0 to a century"),
    }
}

async fn notifications(State(engine): Shared) -> Response {
    Json(engine.notifications()).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TopicChange {
    topic_arn: String,
    state: Option<Topic>,
}

async fn topic(State(engine): Shared, Json(change): Json<TopicChange>) -> Json<Value> {
    let mut state = engine.state();
    match change.state {
        Some(topic) => state.shared.topics.insert(change.topic_arn, topic),
        None => state.shared.topics.remove(&change.topic_arn),
    };
    Json(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleChange {
    #[serde(default)]
    account: Option<String>,
    state: Option<Role>,
}

async fn role(State(engine): Shared, Json(change): Json<RoleChange>) -> Json<Value> {
    let account = change
        .account
        .as_ref()
        .unwrap_or(&engine.settings.account_id);
    engine.state().shared.roles.decide(account, change.state);
    Json(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    containing: String,
    outcome: RunOutcome,
}

async fn outcome(State(engine): Shared, Json(decision): Json<Decision>) -> Response {
    if !decision.outcome.state.is_terminal() {
        return bad("the outcome's state is not terminal");
    }
    let now = engine.clock.now();
    engine
        .state()
        .decide(&decision.containing, &decision.outcome, now);
    Json(json!({})).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    arn: String,
}

async fn finish(State(engine): Shared, Json(which): Json<Which>) -> Response {
    let now = engine.clock.now();
    let mut state = engine.state();
    let finished = Arn::of_kind(&which.arn, Entity::Run).and_then(|arn| {
        let (scope, _) = state.scope(arn.account, arn.region);
        let number = scope.find(&which.arn, Entity::Run)?;
        scope.steer(number, |run| run.timeline.hurry(now));
        Some(())
    });
    match finished {
        Some(()) => Json(json!({})).into_response(),
        None => not_found("there is no such run"),
    }
}

async fn sts(State(engine): Shared) -> Response {
    Json(engine.sessions().assumed()).into_response()
}

async fn reset(State(engine): Shared) -> Json<Value> {
    engine.reset();
    Json(json!({}))
}

async fn summary(State(engine): Shared) -> Response {
    let now = engine.clock.now();
    let summary = Summary::of(&mut engine.state(), now);
    Json(summary).into_response()
}

async fn world(State(engine): Shared) -> Response {
    let now = engine.clock.now();
    let world = World::of(&engine.state(), now);
    Json(world).into_response()
}

async fn report(State(engine): Shared, Path(name): Path<String>) -> Response {
    let now = engine.clock.now();
    let made = {
        let mut state = engine.state();
        let (mut scopes, _) = state.scopes_mut();
        let found = scopes.find_map(|scope| {
            let (number, kind) = *scope.reports.get(&name)?;
            Some((scope, number, kind))
        });
        found.and_then(|(scope, number, kind)| {
            scope.evaluate(number, now);
            let run = scope.runs.get(&number)?;
            Some((Report::of(scope, run, kind, now), kind.pdf))
        })
    };
    // Laying out a long report takes time, and the world is not held for it.
    let Some((report, pdf)) = made else {
        return not_found("there is no such report: reports go with their run");
    };
    let (kind, body) = if pdf {
        (
            "application/pdf",
            Body::from(super::report_pdf::render(&report)),
        )
    } else {
        ("text/html; charset=utf-8", Body::from(report.html()))
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body).into_response()
}

fn bad(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

fn not_found(why: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": why }))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn refused(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        refusal(method, &headers).is_some()
    }

    #[test]
    fn our_own_pages_and_tools_may() {
        for host in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:4566",
            "[::1]:4566",
            "192.168.0.7:1",
        ] {
            assert!(!refused(&Method::GET, &[("host", host)]), "{host}");
        }
        assert!(!refused(
            &Method::GET,
            &[("host", "localhost:1"), ("origin", "http://localhost:1")]
        ));
        assert!(!refused(
            &Method::POST,
            &[
                ("host", "localhost"),
                ("content-type", "application/json; charset=utf-8")
            ]
        ));
    }

    #[test]
    fn pages_from_elsewhere_may_not() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example:80",
            "127.0.0.1.evil.example",
        ] {
            assert!(refused(&Method::GET, &[("host", host)]), "{host}");
        }
        for origin in [
            "null",
            "http://evil.example",
            "http://localhost:2",
            "localhost:1",
        ] {
            assert!(
                refused(&Method::GET, &[("host", "localhost:1"), ("origin", origin)]),
                "{origin}"
            );
        }
        assert!(refused(
            &Method::GET,
            &[("host", "localhost"), ("sec-fetch-site", "cross-site")]
        ));
        assert!(refused(
            &Method::POST,
            &[("host", "localhost"), ("content-type", "text/plain")]
        ));
        assert!(refused(&Method::POST, &[("host", "localhost")]));
    }
}
