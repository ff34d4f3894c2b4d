//! Decimal numbers: Liquid computes with them where a number has a point, so that 0.1 and 0.2 are 0.3.

use crate::content::liquid::value::Value;

/// How many digits behind the point a quotient has: more than a number with a point can hold.
const QUOTIENT: u32 = 20;

/// The largest shift of a point that is reckoned with.
const MAX_SCALE: u32 = 38;

/// `digits` divided by ten, `scale` times.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// The number of a value, if its digits are few enough.
    pub fn of(value: &Value) -> Option<Self> {
        let written = match value {
            Value::Integer(number) => {
                return Some(Self { digits: i128::from(*number), scale: 0 });
            }
            // The fewest digits that tell it from its neighbours, as Ruby has them.
            Value::Float(number) => number.to_string(),
            _ => return None,
        };
        let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        let scale = u32::try_from(part.len()).ok().filter(|scale| *scale <= MAX_SCALE)?;
        Some(Self { digits, scale })
    }

    /// As a number with a point: the nearest.
    pub fn to_value(self) -> Option<Value> {
        format!("{}e-{}", self.digits, self.scale).parse().ok().map(Value::Float)
    }

    /// The digits of two numbers with their points at one place.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let of = |it: Self| it.digits.checked_mul(10_i128.checked_pow(scale - it.scale)?);
        Some((of(self)?, of(other)?, scale))
    }

    /// The sum, if it can be held.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Self { digits: a.checked_add(b)?, scale })
    }

    /// The difference, if it can be held.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { digits: other.digits.checked_neg()?, ..other })
    }

    /// The product, if it can be held.
    pub fn times(self, other: Self) -> Option<Self> {
        let scale = self.scale.checked_add(other.scale)?;
        Some(Self { digits: self.digits.checked_mul(other.digits)?, scale })
    }

    /// The quotient, if it can be held.
    pub fn divided_by(self, other: Self) -> Option<Self> {
        let (a, b, _) = self.aligned(other)?;
        let digits = a.checked_mul(10_i128.pow(QUOTIENT))?.checked_div(b)?;
        Some(Self { digits, scale: QUOTIENT })
    }

    /// What is left of a division that is rounded down, if it can be held.
    pub fn modulo(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        let rest = a.checked_rem(b)?;
        let is_below = rest != 0 && (rest < 0) != (b < 0);
        Some(Self { digits: if is_below { rest + b } else { rest }, scale })
    }

    /// Rounded to so many digits behind the point, or before it; half of one away from zero.
    pub fn rounded(self, places: i64) -> Option<Self> {
        let dropped = i64::from(self.scale).saturating_sub(places);
        let Ok(dropped) = u32::try_from(dropped) else { return Some(self) };
        if dropped > MAX_SCALE {
            return Some(Self { digits: 0, scale: 0 });
        }
        let unit = 10_i128.checked_pow(dropped)?;
        let half = if self.digits < 0 { -(unit / 2) } else { unit / 2 };
        let digits = self.digits.checked_add(half)? / unit * unit;
        Some(Self { digits, ..self })
    }

    /// The whole number that it is.
    pub fn whole(self) -> Option<i64> {
        i64::try_from(self.digits / 10_i128.checked_pow(self.scale)?).ok()
    }
}
