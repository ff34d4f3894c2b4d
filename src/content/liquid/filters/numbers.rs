//! Filters that compute.

use crate::content::liquid::filters::call::{Call, Fault};
use crate::content::liquid::filters::decimal::Decimal;
use crate::content::liquid::value::Value;

/// What a filter of numbers makes of a value; `None` for other filters.
pub fn apply(input: &Value, call: Call<'_>) -> Option<Result<Value, Fault>> {
    let (a, b) = (input.number(), call.argument(0).number());
    Some(Ok(match call.name {
        "plus" => both(&a, &b, i64::checked_add, Decimal::plus, |a, b| a + b),
        "minus" => both(&a, &b, i64::checked_sub, Decimal::minus, |a, b| a - b),
        "times" => both(&a, &b, i64::checked_mul, Decimal::times, |a, b| a * b),
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
    exact: fn(Decimal, Decimal) -> Option<Decimal>,
    other: fn(f64, f64) -> f64,
) -> Value {
    if let (Value::Integer(a), Value::Integer(b)) = (a, b)
        && let Some(number) = whole(*a, *b)
    {
        return Value::Integer(number);
    }
    decimal(a, b, exact).unwrap_or_else(|| Value::Float(other(a.float(), b.float())))
}

/// What two numbers come to as decimals.
fn decimal(a: &Value, b: &Value, exact: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<Value> {
    exact(Decimal::of(a)?, Decimal::of(b)?)?.to_value()
}

fn divided(a: &Value, b: &Value, is_modulo: bool) -> Result<Value, Fault> {
    match (a, b) {
        (_, b) if b.float() == 0.0 => Err(Fault::Zero),
        (Value::Integer(a), Value::Integer(b)) => {
            let rest = a.checked_rem(*b).unwrap_or(0);
            // Ruby rounds towards minus infinity.
            let is_below = rest != 0 && (rest < 0) != (*b < 0);
            let quotient = a.checked_div(*b).unwrap_or(i64::MAX) - i64::from(is_below);
            let rest = if is_below { rest + b } else { rest };
            Ok(Value::Integer(if is_modulo { rest } else { quotient }))
        }
        _ if is_modulo => Ok(decimal(a, b, Decimal::modulo)
            .unwrap_or_else(|| Value::Float(a.float().rem_euclid(b.float())))),
        _ => Ok(decimal(a, b, Decimal::divided_by)
            .unwrap_or_else(|| Value::Float(a.float() / b.float()))),
    }
}

fn round(number: &Value, places: i64) -> Value {
    let Some(rounded) = Decimal::of(number).and_then(|it| it.rounded(places)) else {
        return number.clone();
    };
    let is_whole = places <= 0 || matches!(number, Value::Integer(_));
    let value = if is_whole { rounded.whole().map(Value::Integer) } else { rounded.to_value() };
    value.unwrap_or_else(|| number.clone())
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, which is enough")]
fn whole(number: f64) -> Value {
    Value::Integer(number as i64)
}
