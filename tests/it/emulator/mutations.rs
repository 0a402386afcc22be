// SPDX-License-Identifier: Apache-2.0

//! Thousands of requests that are almost right: a valid input of every operation with something in it changed at random. Whatever comes,
//! the answer is a success or a client's error in the protocol's form, never a failure of the emulator's own and never silence.

use serde_json::{Value, json};

use super::bounds::{OPERATIONS, World, lines};
use super::raw::call;

/// How many mutations of each operation's input, and how many calls a world has to bear.
const MUTATIONS: usize = 60;
const CALLS: usize = 150;

/// A value of any kind, some of them at an edge.
fn anything(random: &mut fastrand::Rng) -> Value {
    match random.u8(..14) {
        0 => Value::Null,
        1 => random.bool().into(),
        2 => random.i64(..).into(),
        3 => json!(i32::MAX),
        4 => serde_json::from_str("1e308").expect("a number"),
        5 => serde_json::from_str("123456789012345678901234567890").expect("a number"),
        6 => json!(-0.5),
        7 => "".into(),
        8 => "\u{0}\u{1F600}\u{202E}é".into(),
        9 => "x".repeat(random.usize(..2000)).into(),
        10 => "arn:aws:inspector:us-east-1:123456789012:target/0-".into(),
        11 => json!([]),
        12 => json!({"key": null, "nested": [[], {}]}),
        _ => Value::Array(vec![json!("x"); random.usize(..200)]),
    }
}

/// Changes something somewhere in a value.
fn mutate(random: &mut fastrand::Rng, value: &mut Value) {
    match value {
        Value::Object(members) if !members.is_empty() && random.u8(..4) > 0 => {
            let place = random.usize(..members.len());
            if random.u8(..6) == 0 {
                let name = members.keys().nth(place).expect("it is there").clone();
                members.remove(&name);
            } else if let Some(member) = members.values_mut().nth(place) {
                mutate(random, member);
            }
        }
        Value::Array(items) if !items.is_empty() && random.u8(..4) > 0 => match random.u8(..4) {
            0 => items.push(anything(random)),
            1 => items.push(items[0].clone()),
            _ => {
                let place = random.usize(..items.len());
                mutate(random, &mut items[place]);
            }
        },
        Value::String(text) if random.bool() => {
            // One character more, less or different: ARNs that are nearly ARNs.
            let mut chars: Vec<char> = text.chars().collect();
            let place = random.usize(..=chars.len());
            match random.u8(..3) {
                0 => chars.insert(place, 'Z'),
                1 => chars.truncate(place),
                _ => chars.iter_mut().skip(place).take(1).for_each(|c| *c = ':'),
            }
            *text = chars.into_iter().collect();
        }
        other => *other = anything(random),
    }
}

#[test]
fn what_is_almost_right_is_answered_in_form() {
    let mut random = fastrand::Rng::with_seed(37);
    let mut world = World::new();
    let mut calls = 0;
    let mut refused = 0;
    for operation in lines(OPERATIONS).flatten() {
        for _ in 0..MUTATIONS {
            let mut body = world.valid(operation);
            // Members that the valid input leaves out.
            body["maxResults"] = json!(10);
            body["filter"] = json!({"namePattern": "*", "severities": ["High"], "durationRange": {"minSeconds": 180}});
            for _ in 0..random.u8(1..=3) {
                mutate(&mut random, &mut body);
            }
            let reply = call(&world.emulator, operation, &body);
            let well_formed = match reply.status {
                200 => reply.body.is_empty() || reply.json().is_object(),
                400 | 403 => {
                    let members = reply.json();
                    members["__type"].is_string() && members["message"].is_string()
                }
                _ => false,
            };
            assert!(
                well_formed,
                "{operation} {body}: {} {}",
                reply.status,
                reply.json()
            );
            refused += usize::from(reply.status != 200);
            calls += 1;
            if calls % CALLS == 0 {
                world = World::new();
            }
        }
    }
    assert!(
        refused > calls / 3 && refused < calls,
        "{refused} of {calls} were refused"
    );
}
