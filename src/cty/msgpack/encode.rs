// SPDX-License-Identifier: Apache-2.0

//! From values to msgpack. Says what does not fit its type instead of writing something else.

use rmp::encode::{self, ByteBuf};

use crate::cty::{EncodeError, MAX_DEPTH, Number, Step, Type, Value, error::Failure, fit};

/// Writes a value of the type `ty`.
///
/// # Errors
/// A value that is not of this type: our own mistake, and better an error than a plan that says something else.
pub fn to_msgpack(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut out = ByteBuf::new();
    write(&mut out, value, ty, 0)?;
    Ok(out.into_vec())
}

fn write(out: &mut ByteBuf, value: &Value, ty: &Type, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::new("the value is nested too deeply"));
    }
    match (ty, value) {
        (_, Value::Null) => encode::write_nil(out).map_err(unwritable),
        (_, Value::Unknown) => {
            encode::write_ext_meta(out, 1, 0).map_err(unwritable)?;
            out.as_mut_vec().push(0);
            Ok(())
        }
        (_, Value::Written(msgpack)) => {
            out.as_mut_vec().extend_from_slice(msgpack);
            Ok(())
        }
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let (ty, value) = &**inner;
            if *ty == Type::Dynamic {
                return write(out, value, ty, depth + 1);
            }
            let json = ty.to_json();
            encode::write_array_len(out, 2).map_err(unwritable)?;
            encode::write_bin_len(out, fit::len(json.len())?).map_err(unwritable)?;
            out.as_mut_vec().extend_from_slice(&json);
            write(out, value, ty, depth + 1)
        }
        (Type::Bool, Value::Bool(value)) => encode::write_bool(out, *value).map_err(unwritable),
        (Type::Number, Value::Number(number)) => write_number(out, number),
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::List(element), Value::Sequence(elements)) => {
            write_array(out, elements.iter().map(|value| (value, &**element)), depth)
        }
        (Type::Set(element), Value::Sequence(elements)) => {
            let elements = fit::set_order(elements);
            write_array(
                out,
                elements.into_iter().map(|value| (value, &**element)),
                depth,
            )
            .map_err(Failure::inside_set)
        }
        (Type::Tuple(types), Value::Sequence(elements)) => {
            if types.len() != elements.len() {
                return Err(fit::tuple_length(types.len(), elements.len()));
            }
            write_array(out, elements.iter().zip(types), depth)
        }
        (Type::Map(element), Value::Mapping(elements)) => {
            encode::write_map_len(out, fit::len(elements.len())?).map_err(unwritable)?;
            for (key, value) in elements {
                write_text(out, key)?;
                write(out, value, element, depth + 1)
                    .map_err(|failure| failure.inside(Step::Key(key.clone())))?;
            }
            Ok(())
        }
        (Type::Object(attributes), Value::Mapping(values)) => {
            encode::write_map_len(out, fit::len(values.len())?).map_err(unwritable)?;
            for (name, value, ty) in fit::attributes(attributes, values)? {
                write_text(out, name)?;
                write(out, value, ty, depth + 1)
                    .map_err(|failure| failure.inside(Step::Attribute(name.clone())))?;
            }
            Ok(())
        }
        (ty, value) => Err(fit::mismatch(ty, value)),
    }
}

/// Memory takes everything that is written to it, but the signatures of `rmp` do not know it.
fn unwritable(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

fn write_array<'a>(
    out: &mut ByteBuf,
    elements: impl ExactSizeIterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
) -> Result<(), Failure> {
    encode::write_array_len(out, fit::len(elements.len())?).map_err(unwritable)?;
    for (i, (value, ty)) in elements.enumerate() {
        write(out, value, ty, depth + 1).map_err(|failure| failure.inside(Step::index(i)))?;
    }
    Ok(())
}

/// As Terraform does it: an integer if 64 bits hold it, a float if it is an exact fraction, else text.
fn write_number(out: &mut ByteBuf, number: &Number) -> Result<(), Failure> {
    if let Some(integer) = number.to_i64() {
        encode::write_sint(out, integer)
            .map(drop)
            .map_err(unwritable)
    } else if let Some(float) = number.to_exact_fraction() {
        encode::write_f64(out, float).map_err(unwritable)
    } else {
        write_text(out, &number.to_string())
    }
}

fn write_text(out: &mut ByteBuf, text: &str) -> Result<(), Failure> {
    fit::len(text.len())?;
    encode::write_str(out, text).map_err(unwritable)
}
