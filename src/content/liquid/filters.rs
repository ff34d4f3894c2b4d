//! Liquid's filters and Jekyll's. Each is charged for what it reads and writes.

pub mod call;
pub mod dates;
pub mod decimal;
pub mod lists;
pub mod numbers;
pub mod texts;

use crate::content::liquid::filters::call::{Call, Context, Fault, MAX_VALUE};
use crate::content::liquid::value::Value;

/// What a filter makes of a value.
///
/// # Errors
/// When it cannot or may not.
pub fn apply(input: &Value, call: Call<'_>, context: &mut Context<'_>) -> Result<Value, Fault> {
    match call.name {
        "default" => return Ok(or_default(input, call)),
        "size" => return Ok(size(input)),
        "first" | "last" => return Ok(end(input, call.name)),
        _ => {}
    }
    let read: usize =
        call.arguments.iter().map(Value::weight).fold(input.weight(), usize::saturating_add);
    if read > 4 * MAX_VALUE {
        return Err(Fault::TooMuch);
    }
    context.spend(read)?;
    let result = lists::apply(input, call, context)
        .or_else(|| numbers::apply(input, call))
        .or_else(|| dates::apply(input, call, context.rules))
        .or_else(|| texts::apply(input, call, context))
        .unwrap_or(Err(Fault::Unknown))?;
    if result.weight() > MAX_VALUE + 64 && result.weight() > read {
        return Err(Fault::TooMuch);
    }
    context.spend(result.weight())?;
    Ok(result)
}

fn or_default(input: &Value, call: Call<'_>) -> Value {
    let keeps_false = call.named.iter().any(|(name, it)| *name == "allow_false" && it.is_true());
    let is_missing = match input {
        Value::Bool(false) => !keeps_false,
        _ => !input.is_true() || input.is_empty(),
    };
    if is_missing { call.argument(0) } else { input.clone() }
}

fn size(input: &Value) -> Value {
    match input.get("size") {
        Value::Nil => Value::Integer(0),
        size => size,
    }
}

fn end(input: &Value, name: &str) -> Value {
    match input {
        Value::Text(_) => Value::Nil,
        _ => input.get(name),
    }
}
