//! Filters that compute.

use crate::content::liquid::filters::{Call, Fault};
use crate::content::liquid::value::Value;

/// What a filter of numbers makes of a value; `None` for other filters.
pub fn apply(input: &Value, call: Call<'_>) -> Option<Result<Value, Fault>> {
    let (a, b) = (input.number(), call.argument(0).number());
    Some(Ok(match call.name {
        "plus" => both(&a, &b, i64::checked_add, |a, b| a + b),
        "minus" => both(&a, &b, i64::checked_sub, |a, b| a - b),
        "times" => both(&a, &b, i64::checked_mul, |a, b| a * b),
        "divided_by" | "modulo" => return Some(divided(&a, &b, call.name == "modulo")),
        "at_least" => {
            if a.float() < b.float() {
                b
            } else {
                a
            }
        }
        "at_most" => {
            if a.float() > b.float() {
                b
            } else {
                a
            }
        }
        "abs" => match a {
            Value::Integer(number) => Value::Integer(number.saturating_abs()),
            other => Value::Float(other.float().abs()),
        },
        "ceil" => whole(a.float().ceil()),
        "floor" => whole(a.float().floor()),
        "round" => round(&a, b.integer()),
        "to_integer" => match input {
            Value::Bool(truth) => Value::Integer(i64::from(*truth)),
            _ => Value::Integer(a.integer()),
        },
        _ => return None,
    }))
}

fn both(
    a: &Value,
    b: &Value,
    whole: fn(i64, i64) -> Option<i64>,
    other: fn(f64, f64) -> f64,
) -> Value {
    if let (Value::Integer(a), Value::Integer(b)) = (a, b)
        && let Some(number) = whole(*a, *b)
    {
        return Value::Integer(number);
    }
    decimal(other(a.float(), b.float()))
}

/// Ruby computes with decimals here: 0.1 and 0.2 are 0.3.
fn decimal(number: f64) -> Value {
    let rounded = format!("{number:.12}").parse().unwrap_or(number);
    Value::Float(if number.abs() < 1e6 { rounded } else { number })
}

fn divided(a: &Value, b: &Value, is_modulo: bool) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Integer(_), Value::Integer(0)) => Err(Fault::Zero),
        (Value::Integer(a), Value::Integer(b)) => {
            let rest = a.checked_rem(*b).unwrap_or(0);
            // Ruby rounds towards minus infinity.
            let is_below = rest != 0 && (rest < 0) != (*b < 0);
            let quotient = a.checked_div(*b).unwrap_or(i64::MAX) - i64::from(is_below);
            let rest = if is_below { rest + b } else { rest };
            Ok(Value::Integer(if is_modulo { rest } else { quotient }))
        }
        _ if is_modulo => Ok(decimal(a.float().rem_euclid(b.float()))),
        _ => Ok(decimal(a.float() / b.float())),
    }
}

fn round(number: &Value, digits: i64) -> Value {
    let digits = usize::try_from(digits.min(15)).unwrap_or(0);
    match number {
        Value::Float(float) if digits > 0 => {
            let written = format!("{float:.digits$}");
            Value::Float(written.parse().unwrap_or(*float))
        }
        Value::Float(float) => whole(float.round()),
        other => other.clone(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, which is enough")]
fn whole(number: f64) -> Value {
    Value::Integer(number as i64)
}
