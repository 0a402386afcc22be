// SPDX-License-Identifier: Apache-2.0

//! What holds for every type and value: both encodings give back what they were given, and no bytes bring a decoder down.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    Number, Type, Value, from_json, from_json_lenient, from_msgpack, to_json, to_msgpack,
    value::normalise,
};

/// Types of up to four levels. `dynamic` says whether the dynamic type is among them.
fn types(dynamic: bool) -> BoxedStrategy<Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    let leaf = if dynamic {
        prop_oneof![3 => leaf, 1 => Just(Type::Dynamic)].boxed()
    } else {
        leaf.boxed()
    };
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            prop::collection::vec((text(), inner), 0..4).prop_map(Type::object),
        ]
    })
    .boxed()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{0,8}",
        // Combining marks, quotes and whatever else text may hold.
        any::<String>().prop_map(|text| normalise(&text)),
        "[ae\u{301}\u{308}\"\\\\\n]{0,6}".prop_map(|text| normalise(&text)),
    ]
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-1000_i64..1000).prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", Number::from_f64),
        "-?[0-9]{1,60}(\\.[0-9]{1,60})?(e-?[0-9]{1,2})?"
            .prop_filter_map("a number", |text| Number::parse(&text)),
    ]
}

/// Values of a type; unknown ones among them if `unknown` says so.
fn values(ty: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let known = match ty {
        // Types inside are free of dynamic ones: the nesting must end.
        Type::Dynamic => types(false)
            .prop_flat_map(move |ty| {
                let value = values(&ty, unknown);
                (Just(ty), value)
            })
            .prop_map(|pair| Value::Dynamic(Box::new(pair)))
            .boxed(),
        Type::String => text().prop_map(Value::String).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::List(element) => prop::collection::vec(values(element, unknown), 0..4)
            .prop_map(Value::Sequence)
            .boxed(),
        Type::Set(element) => prop::collection::vec(values(element, unknown), 0..4)
            .prop_map(Value::set)
            .boxed(),
        Type::Map(element) => prop::collection::vec((text(), values(element, unknown)), 0..4)
            .prop_map(Value::mapping)
            .boxed(),
        Type::Tuple(types) => {
            let elements: Vec<_> = types.iter().map(|ty| values(ty, unknown)).collect();
            elements.prop_map(Value::Sequence).boxed()
        }
        Type::Object(attributes) => {
            let names: Vec<String> = attributes.keys().cloned().collect();
            let attributes: Vec<_> = attributes.values().map(|ty| values(ty, unknown)).collect();
            attributes
                .prop_map(move |values| {
                    let values: BTreeMap<_, _> = names.iter().cloned().zip(values).collect();
                    Value::Mapping(values)
                })
                .boxed()
        }
    };
    if unknown {
        prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
    } else {
        prop_oneof![8 => known, 1 => Just(Value::Null)].boxed()
    }
}

fn typed_values(unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    types(true).prop_flat_map(move |ty| {
        let value = values(&ty, unknown);
        (Just(ty), value)
    })
}

/// One change to a sequence of bytes. The position counts around it.
#[derive(Clone, Debug)]
enum Mutation {
    Set(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Truncate(usize),
    Repeat(usize, usize),
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let one = prop_oneof![
        any::<(usize, u8)>().prop_map(|(at, byte)| Mutation::Set(at, byte)),
        any::<(usize, u8)>().prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        any::<usize>().prop_map(Mutation::Remove),
        any::<usize>().prop_map(Mutation::Truncate),
        any::<(usize, usize)>().prop_map(|(from, to)| Mutation::Repeat(from, to)),
    ];
    prop::collection::vec(one, 1..4)
}

fn mutate(bytes: &mut Vec<u8>, mutations: &[Mutation]) {
    for mutation in mutations {
        let around = |at: usize| at % (bytes.len() + 1);
        match *mutation {
            Mutation::Insert(at, byte) => bytes.insert(around(at), byte),
            Mutation::Truncate(at) => bytes.truncate(around(at)),
            Mutation::Repeat(from, to) => {
                let (from, to) = (around(from), around(to));
                bytes.extend_from_within(from.min(to)..from.max(to));
            }
            Mutation::Set(at, byte) => {
                let at = around(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = byte;
                }
            }
            Mutation::Remove(at) => {
                let at = around(at);
                if at < bytes.len() {
                    bytes.remove(at);
                }
            }
        }
    }
}

/// Whatever the bytes are: an error, or a value that is written and read again as itself.
fn survives(bytes: &[u8], ty: &Type) -> Result<(), TestCaseError> {
    if let Ok(value) = from_msgpack(bytes, ty) {
        let written = to_msgpack(&value, ty).unwrap();
        prop_assert_eq!(from_msgpack(&written, ty).unwrap(), value);
    }
    if let Ok(value) = from_json(bytes, ty) {
        let lenient = from_json_lenient(bytes, ty).unwrap();
        prop_assert_eq!(&lenient, &value);
        let written = to_json(&value, ty).unwrap();
        prop_assert_eq!(from_json(&written, ty).unwrap(), value);
    }
    if let Ok(ty) = Type::from_json(bytes) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn types_round_trip(ty in types(true)) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }

    #[test]
    fn msgpack_round_trips((ty, value) in typed_values(true)) {
        let bytes = to_msgpack(&value, &ty).unwrap();
        prop_assert_eq!(from_msgpack(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn json_round_trips((ty, value) in typed_values(false)) {
        let bytes = to_json(&value, &ty).unwrap();
        prop_assert_eq!(from_json(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn numbers_keep_every_digit(number in numbers()) {
        prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
    }

    #[test]
    fn the_order_of_a_set_means_nothing(
        (ty, elements) in types(true).prop_flat_map(|ty| {
            let elements = prop::collection::vec(values(&ty, true), 0..6);
            (Just(ty.set()), elements)
        }),
    ) {
        let backwards = Value::Sequence(elements.iter().rev().cloned().collect());
        let forwards = Value::Sequence(elements);
        prop_assert_eq!(to_msgpack(&backwards, &ty).unwrap(), to_msgpack(&forwards, &ty).unwrap());
    }

    #[test]
    fn changed_msgpack_is_survived((ty, value) in typed_values(true), changes in mutations()) {
        let mut bytes = to_msgpack(&value, &ty).unwrap();
        mutate(&mut bytes, &changes);
        survives(&bytes, &ty)?;
        survives(&bytes, &Type::Dynamic)?;
    }

    #[test]
    fn changed_json_is_survived((ty, value) in typed_values(false), changes in mutations()) {
        let mut bytes = to_json(&value, &ty).unwrap();
        mutate(&mut bytes, &changes);
        survives(&bytes, &ty)?;
    }

    #[test]
    fn changed_types_are_survived(ty in types(true), changes in mutations()) {
        let mut bytes = ty.to_json();
        mutate(&mut bytes, &changes);
        survives(&bytes, &ty)?;
    }

    #[test]
    fn any_bytes_are_survived(ty in types(true), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        survives(&bytes, &ty)?;
    }
}
