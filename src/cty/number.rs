// SPDX-License-Identifier: Apache-2.0

//! Exact numbers. Terraform's are of any size and precision: neither `f64` nor `i64` holds them.

use std::fmt;

use bigdecimal::BigDecimal;

/// An exact decimal number. Equal by value: `1`, `1.0` and `10e-1` are one number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

impl Number {
    /// Reads decimal text, with or without an exponent; `None` if it is not a number.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// As a 64-bit integer, if it is one.
    pub fn to_i64(&self) -> Option<i64> {
        use bigdecimal::ToPrimitive as _;
        self.0.is_integer().then(|| self.0.to_i64()).flatten()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

/// Plain decimal digits without an exponent, as Terraform writes them.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.normalized().to_plain_string())
    }
}
