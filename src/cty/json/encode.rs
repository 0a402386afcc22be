// SPDX-License-Identifier: Apache-2.0

//! From values to JSON. Says what does not fit its type instead of writing something else.

use crate::cty::{
    EncodeError, MAX_DEPTH, Step, Type, Value, error::Failure, fit, from_msgpack,
    type_json::write_text,
};

/// Writes a value of the type `ty`, compact and with sorted keys.
///
/// # Errors
/// A value that is not of this type, or not wholly known.
pub fn to_json(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    write(&mut out, value, ty, 0)?;
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::new("the value is nested too deeply"));
    }
    match (ty, value) {
        (_, Value::Null) => out.extend_from_slice(b"null"),
        (ty, Value::Written(msgpack)) => {
            let value =
                from_msgpack(msgpack, ty).map_err(|error| Failure::new(error.to_string()))?;
            write(out, &value, ty, depth)?;
        }
        (_, Value::Unknown) => return Err(Failure::new("JSON cannot hold an unknown value")),
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let (ty, value) = &**inner;
            if *ty == Type::Dynamic {
                return write(out, value, ty, depth + 1);
            }
            out.extend_from_slice(b"{\"value\":");
            write(out, value, ty, depth + 1)?;
            out.extend_from_slice(b",\"type\":");
            out.extend_from_slice(&ty.to_json());
            out.push(b'}');
        }
        (Type::Bool, Value::Bool(true)) => out.extend_from_slice(b"true"),
        (Type::Bool, Value::Bool(false)) => out.extend_from_slice(b"false"),
        (Type::Number, Value::Number(number)) => {
            out.extend_from_slice(number.to_string().as_bytes());
        }
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::List(element), Value::Sequence(elements)) => {
            write_array(out, elements.iter().map(|value| (value, &**element)), depth)?;
        }
        (Type::Set(element), Value::Sequence(elements)) => {
            let elements = fit::set_order(elements).into_iter();
            write_array(out, elements.map(|value| (value, &**element)), depth)
                .map_err(Failure::inside_set)?;
        }
        (Type::Tuple(types), Value::Sequence(elements)) => {
            if types.len() != elements.len() {
                return Err(fit::tuple_length(types.len(), elements.len()));
            }
            write_array(out, elements.iter().zip(types), depth)?;
        }
        (Type::Map(element), Value::Mapping(elements)) => {
            let elements = elements.iter().map(|(key, value)| (key, value, &**element));
            write_object(out, elements, Step::Key, depth)?;
        }
        (Type::Object(attributes), Value::Mapping(values)) => {
            let values = fit::attributes(attributes, values)?;
            write_object(out, values, Step::Attribute, depth)?;
        }
        (ty, value) => return Err(fit::mismatch(ty, value)),
    }
    Ok(())
}

fn write_array<'a>(
    out: &mut Vec<u8>,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
) -> Result<(), Failure> {
    out.push(b'[');
    for (i, (value, ty)) in elements.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(out, value, ty, depth + 1).map_err(|failure| failure.inside(Step::index(i)))?;
    }
    out.push(b']');
    Ok(())
}

fn write_object<'a>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'a String, &'a Value, &'a Type)>,
    step: fn(String) -> Step,
    depth: usize,
) -> Result<(), Failure> {
    out.push(b'{');
    for (i, (name, value, ty)) in members.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_text(out, name);
        out.push(b':');
        write(out, value, ty, depth + 1).map_err(|failure| failure.inside(step(name.clone())))?;
    }
    out.push(b'}');
    Ok(())
}
